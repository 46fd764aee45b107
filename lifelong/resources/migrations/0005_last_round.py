import django.db.models.deletion
from django.db import migrations, models


def fill(apps, editor):
    Round, Version = apps.get_model("resources", "Round"), apps.get_model("resources", "Version")
    newest = Round.objects.filter(version=models.OuterRef("pk")).order_by("-number")
    Version.objects.filter(models.Exists(newest)).update(
        last_round=models.Subquery(newest.values("pk")[:1]), handed_in_at=models.Subquery(newest.values("submitted_at")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [("resources", "0004_rights_until")]
    operations = [
        migrations.AddField(
            "version",
            "last_round",
            models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="resources.round"
            ),
        ),
        migrations.AddField("version", "handed_in_at", models.DateTimeField(blank=True, null=True, verbose_name="最近报送时间")),
        migrations.AddIndex(
            "version",
            models.Index(fields=["state", "handed_in_at", "last_round", "resource"], name="version_in_the_queue"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
