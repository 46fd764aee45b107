from django.db import migrations, models

from lifelong.screening.folding import key, pinyin_of


def spell_out(apps, schema_editor):
    Word = apps.get_model("screening", "Word")
    known = []
    for word in Word.objects.iterator(chunk_size=5000):
        word.pinyin = pinyin_of(key(word.text))
        if word.pinyin:
            known.append(word)
    Word.objects.bulk_update(known, ["pinyin"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="word",
            name="pinyin",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.RunPython(spell_out, migrations.RunPython.noop),
    ]
