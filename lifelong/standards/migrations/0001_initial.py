import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='CategoryNode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=80, unique=True, verbose_name='分类代码')),
                ('name', models.CharField(max_length=60, verbose_name='分类名称')),
                ('area', models.CharField(db_index=True, max_length=10, verbose_name='所属领域')),
                ('state', models.CharField(choices=[('settled', '已归类'), ('pending', '待归类')], default='settled', max_length=8, verbose_name='状态')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='次序')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='创建时间')),
                ('changed_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='修改时间')),
                ('moved_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='standards.categorynode', verbose_name='并入')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='standards.categorynode', verbose_name='上级分类')),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
            ],
            options={
                'verbose_name': '分类',
                'ordering': ['position', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('moved_to__isnull', True)), fields=('parent', 'name'), name='category_name_among_siblings'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='category_is_not_its_own_parent'), models.CheckConstraint(condition=models.Q(('moved_to', models.F('id')), _negated=True), name='category_does_not_lead_to_itself'), models.CheckConstraint(condition=models.Q(('parent__isnull', False), ('code', models.F('area')), _connector='OR'), name='only_areas_at_the_top')],
            },
        ),
        migrations.CreateModel(
            name='CategoryAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='原名称')),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='standards.categorynode', verbose_name='分类')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='standards.categorynode', verbose_name='原上级分类')),
            ],
            options={
                'verbose_name': '分类别名',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('node', 'parent', 'name'), name='category_alias_once')],
            },
        ),
        migrations.CreateModel(
            name='HostPlatform',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='平台名称')),
                ('level', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='等级保护级别')),
                ('filing_number', models.CharField(blank=True, default='', max_length=60, verbose_name='备案证明编号')),
                ('assessment_date', models.DateField(blank=True, null=True, verbose_name='测评日期')),
                ('expires_date', models.DateField(blank=True, null=True, verbose_name='有效期至')),
                ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='核实时间')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='登记时间')),
                ('changed_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='修改时间')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核实人')),
            ],
            options={
                'verbose_name': '部署平台',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('level__isnull', True), ('level__range', (1, 5)), _connector='OR'), name='protection_level_1_to_5'), models.CheckConstraint(condition=models.Q(('level__isnull', True), ('verified_at__isnull', False), _connector='OR'), name='level_only_when_verified')],
            },
        ),
        migrations.CreateModel(
            name='HostName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('host', models.CharField(max_length=253, unique=True, verbose_name='域名')),
                ('platform', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hosts', to='standards.hostplatform', verbose_name='部署平台')),
            ],
            options={
                'verbose_name': '域名',
                'ordering': ['host'],
            },
        ),
        migrations.CreateModel(
            name='ProtectionEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(verbose_name='等级保护级别')),
                ('filing_number', models.CharField(max_length=60, verbose_name='备案证明编号')),
                ('assessment_date', models.DateField(verbose_name='测评日期')),
                ('expires_date', models.DateField(verbose_name='有效期至')),
                ('text', models.TextField(blank=True, default='', verbose_name='说明')),
                ('file', models.FileField(blank=True, default='', max_length=200, upload_to='evidence/%Y/', verbose_name='证明材料')),
                ('file_name', models.CharField(blank=True, default='', max_length=200, verbose_name='文件名')),
                ('file_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('state', models.CharField(choices=[('proposed', '待核实'), ('accepted', '已核实'), ('refused', '未采信')], default='proposed', max_length=8, verbose_name='状态')),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='提交时间')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='核实时间')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='原因')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核实人')),
                ('platform', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='standards.hostplatform', verbose_name='部署平台')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提交人')),
            ],
            options={
                'verbose_name': '等级保护证明材料',
                'ordering': ['-proposed_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('level__range', (1, 5))), name='evidence_level_1_to_5'), models.CheckConstraint(condition=models.Q(('state', 'proposed'), ('decided_at__isnull', False), _connector='OR'), name='evidence_decided_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='TreeVersion',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('number', models.PositiveBigIntegerField(default=1, verbose_name='版本')),
                ('stamp', models.CharField(max_length=32)),
            ],
            options={
                'verbose_name': '分类版本',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_tree_version')],
            },
        ),
    ]
