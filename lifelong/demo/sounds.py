"""A small tune for every seed: five-note scale, plucked strings, two channels that differ."""

import numpy as np

SCALE = np.array([0, 2, 4, 7, 9, 12, 14, 16])  # 宫商角徵羽, in half tones


def melody(seed: int, seconds: float, rate: int) -> np.ndarray:
    """Two channels of float32 in −1…1, shape (2, seconds × rate)."""
    chance = np.random.default_rng(seed)
    total = np.zeros((2, int(seconds * rate)), np.float32)
    step = chance.choice([0.3, 0.4, 0.5])
    base = chance.choice([196.0, 220.0, 246.9, 261.6])
    at = 0.0
    while at < seconds - 0.1:
        pitch = base * 2 ** (chance.choice(SCALE) / 12)
        note = pluck(pitch, min(1.2, seconds - at), rate)
        start, pan = int(at * rate), chance.uniform(0.25, 0.75)
        end = min(start + len(note), total.shape[1])
        total[0, start:end] += note[: end - start] * pan
        total[1, start:end] += note[: end - start] * (1 - pan)
        at += step * chance.choice([1, 1, 2])
    return (total / max(1e-6, float(np.abs(total).max())) * 0.7).astype(np.float32)


def pluck(pitch: float, seconds: float, rate: int) -> np.ndarray:
    time = np.arange(int(seconds * rate), dtype=np.float32) / rate
    wave = sum(np.sin(2 * np.pi * pitch * n * time) / n for n in (1, 2, 3, 5))
    return (wave * np.exp(-3.2 * time)).astype(np.float32)
