"""LTI 1.3 as a tool: schools' own platforms launch our player, pick resources, and hear how much was watched.

On PyJWT, which is pinned anyway: the libraries for it (pylti1p3) bring sessions, cookies and a web framework's adapters, and
here a launch is to need neither session nor cookie. Nothing about a person is kept but the pseudonym (``sub``) that the
platform itself made, sealed, where it wants a score; the study time behind the score is measured by ``lifelong.learning``.
"""
