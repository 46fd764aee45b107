from django.db import migrations


def load(apps, schema_editor):
    from lifelong.standards.categories import packaged

    tree = packaged()
    model, alias_model, version = (apps.get_model("standards", name) for name in ("CategoryNode", "CategoryAlias", "TreeVersion"))
    pks = {}
    for position, node in enumerate(tree):
        row = model.objects.create(
            code=node.code, name=node.name, parent_id=pks.get(node.parent), area=tree.area_of(node.code), position=position * 10
        )
        pks[node.code] = row.pk
        for alias in node.aliases:
            alias_model.objects.create(node_id=row.pk, parent_id=pks.get(alias.parent), name=alias.name)
    version.objects.create(pk=1, stamp="packaged")


class Migration(migrations.Migration):
    dependencies = [("standards", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
