import django.db.models.deletion
import django.utils.timezone
import lifelong.accounts.encryption
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('regions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='电子邮箱')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='姓名')),
                ('mobile', lifelong.accounts.encryption.EncryptedText(blank=True, default='', verbose_name='手机')),
                ('mobile_hash', models.CharField(blank=True, db_index=True, default='', max_length=64)),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='创建时间')),
            ],
            options={
                'verbose_name': '用户',
            },
        ),
        migrations.CreateModel(
            name='SetupLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '首次设置链接',
            },
        ),
        migrations.CreateModel(
            name='Activation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='创建时间')),
                ('expires_at', models.DateTimeField(verbose_name='失效时间')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='使用时间')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='作废时间')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='activations', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '激活链接',
            },
        ),
        migrations.CreateModel(
            name='Authority',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ministry', '教育部'), ('province', '省级教育行政部门'), ('operator', '平台运营单位')], max_length=12, verbose_name='类别')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='名称')),
                ('part_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.authority', verbose_name='所属部门')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='regions.region', verbose_name='地区')),
            ],
            options={
                'verbose_name': '主管部门',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'province'), _negated=True), ('region__isnull', False), _connector='OR'), name='province_authority_has_region')],
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('handling_officer', '省级经办'), ('deciding_officer', '省级审定'), ('expert', '评审专家'), ('final_reviewer', '终审'), ('operator', '运营'), ('system_administrator', '系统管理员'), ('security_administrator', '安全管理员'), ('audit_administrator', '审计管理员')], max_length=24, verbose_name='角色')),
                ('begins_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='开始')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='结束')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.authority', verbose_name='主管部门')),
            ],
            options={
                'verbose_name': '任职',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True)), fields=('user', 'role', 'authority'), name='one_open_appointment')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.CharField(choices=[('terms', '用户协议'), ('privacy', '隐私政策'), ('guardian', '监护人同意')], max_length=8, verbose_name='内容')),
                ('version', models.CharField(max_length=20, verbose_name='版本')),
                ('given_at', models.DateTimeField(verbose_name='同意时间')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='撤回时间')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '同意',
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('user', 'to'), name='one_consent_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='FactorReset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, verbose_name='理由')),
                ('requested_at', models.DateTimeField(verbose_name='申请时间')),
                ('expires_at', models.DateTimeField(verbose_name='失效时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='factor_resets', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '第二因素重置',
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('user',), name='one_open_factor_reset_per_person')],
            },
        ),
        migrations.CreateModel(
            name='SignInLock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email_hash', models.CharField(max_length=64, unique=True)),
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='失败次数')),
                ('failed_at', models.DateTimeField(verbose_name='最近失败时间')),
                ('locked_until', models.DateTimeField(blank=True, null=True, verbose_name='锁定至')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='locks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '登录锁定',
            },
        ),
    ]
