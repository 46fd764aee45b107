import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('regions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, unique=True, verbose_name='单位代码')),
                ('name', models.CharField(max_length=100, verbose_name='单位名称')),
                ('former_name', models.CharField(blank=True, default='', max_length=100, verbose_name='曾用名')),
                ('kind', models.CharField(choices=[('education_bureau', '教育行政部门'), ('university', '普通本科高校'), ('vocational_college', '高等职业学校'), ('adult_college', '成人高等学校'), ('open_university', '开放大学'), ('other', '其他')], default='other', max_length=20, verbose_name='单位类型')),
                ('office_email', models.EmailField(blank=True, default='', max_length=254, verbose_name='办公邮箱')),
                ('reporter_signs_alone', models.BooleanField(default=True, verbose_name='负责人可单独完成单位自审')),
                ('quota_bytes', models.BigIntegerField(default=214748364800, verbose_name='存储配额（字节）')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='创建时间')),
                ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='regions.region', verbose_name='所在地区')),
            ],
            options={
                'verbose_name': '单位',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Mandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('reporter', '报送工作负责人'), ('institution_reviewer', '单位审核人'), ('deputy', '代报人员')], max_length=24, verbose_name='角色')),
                ('begins_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='开始')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='结束')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='institutions.institution', verbose_name='单位')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '授权',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True), ('role', 'reporter')), fields=('institution',), name='one_active_reporter_per_institution')],
            },
        ),
    ]
