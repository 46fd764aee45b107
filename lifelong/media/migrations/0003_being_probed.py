from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0002_prepared_files")]
    operations = [migrations.AddIndex("mediafile", models.Index(fields=["probe_state"], name="media_file_being_probed"))]
