import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('institutions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_name', models.CharField(max_length=40, unique=True, verbose_name='旧公开名')),
                ('page', models.CharField(db_index=True, max_length=100, verbose_name='说明页')),
                ('gone', models.BooleanField(verbose_name='不再提供')),
                ('ended_at', models.DateTimeField(verbose_name='停用时间')),
            ],
            options={
                'verbose_name': '旧公开名',
            },
        ),
        migrations.CreateModel(
            name='MediaFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('media', '音视频'), ('cover', '封面'), ('paper', '文件'), ('caption', '字幕'), ('archive', '压缩包')], default='media', max_length=8, verbose_name='种类')),
                ('original_name', models.CharField(max_length=255, verbose_name='文件名')),
                ('size', models.BigIntegerField(verbose_name='大小（字节）')),
                ('sha256', models.CharField(db_index=True, max_length=64, verbose_name='校验值（SHA-256）')),
                ('path', models.CharField(max_length=120, verbose_name='存放位置')),
                ('object_key', models.CharField(blank=True, db_index=True, default='', max_length=120, verbose_name='对象存储中的位置')),
                ('content_type', models.CharField(default='application/octet-stream', max_length=80, verbose_name='内容类型')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='收到时间')),
                ('probe_state', models.CharField(choices=[('waiting', '等待检测'), ('facts', '已读出参数'), ('whole', '已通读'), ('failed', '无法读取'), ('unneeded', '无需检测')], default='waiting', max_length=8, verbose_name='检测状态')),
                ('facts', models.JSONField(blank=True, default=dict, verbose_name='参数')),
                ('whole', models.JSONField(blank=True, default=dict, verbose_name='通读结果')),
                ('probed_at', models.DateTimeField(blank=True, null=True, verbose_name='检测时间')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution', verbose_name='单位')),
            ],
            options={
                'verbose_name': '原文件',
                'indexes': [models.Index(fields=['institution', 'sha256'], name='media_file_of_institution')],
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gte', 0)), name='media_file_size')],
            },
        ),
        migrations.CreateModel(
            name='Rendition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('mp4', '视频'), ('mp3', '音频'), ('poster', '海报'), ('cover', '封面'), ('hls', '自适应播放'), ('sprite', '预览图'), ('waveform', '波形图'), ('caption', '字幕')], max_length=8, verbose_name='种类')),
                ('path', models.CharField(max_length=160, verbose_name='存放位置')),
                ('size', models.BigIntegerField(verbose_name='大小（字节）')),
                ('sha256', models.CharField(max_length=64, verbose_name='校验值（SHA-256）')),
                ('width', models.PositiveIntegerField(blank=True, null=True, verbose_name='宽')),
                ('height', models.PositiveIntegerField(blank=True, null=True, verbose_name='高')),
                ('public_name', models.CharField(blank=True, max_length=40, null=True, unique=True, verbose_name='公开名')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='生成时间')),
                ('media_file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='renditions', to='media.mediafile', verbose_name='原文件')),
            ],
            options={
                'verbose_name': '播放版本',
                'constraints': [models.UniqueConstraint(fields=('media_file', 'kind', 'width'), name='one_rendition_of_a_kind')],
            },
        ),
        migrations.CreateModel(
            name='Repair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipe', models.JSONField(verbose_name='做法')),
                ('program', models.CharField(blank=True, default='', max_length=200, verbose_name='程序版本')),
                ('purpose', models.CharField(max_length=120, verbose_name='用途')),
                ('job_id', models.CharField(blank=True, default='', max_length=64)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='发起时间')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发起人')),
                ('original', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='repairs', to='media.mediafile', verbose_name='原文件')),
                ('repaired', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='repair', to='media.mediafile', verbose_name='修复后的文件')),
            ],
            options={
                'verbose_name': '修复',
                'indexes': [models.Index(fields=['purpose'], name='repair_by_purpose')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=120, verbose_name='用途')),
                ('name', models.CharField(max_length=255, verbose_name='文件名')),
                ('size', models.BigIntegerField(verbose_name='大小（字节）')),
                ('sha256', models.CharField(blank=True, default='', max_length=64, verbose_name='申报的校验值（SHA-256）')),
                ('kind', models.CharField(choices=[('media', '音视频'), ('cover', '封面'), ('paper', '文件'), ('caption', '字幕'), ('archive', '压缩包')], default='media', max_length=8, verbose_name='种类')),
                ('mark', models.CharField(blank=True, default='', max_length=64, verbose_name='内容特征')),
                ('multipart_id', models.CharField(blank=True, default='', max_length=1024, verbose_name='分段上传编号')),
                ('in_bucket_bytes', models.BigIntegerField(default=0, verbose_name='对象存储已收到（字节）')),
                ('state', models.CharField(choices=[('open', '上传中'), ('finishing', '正在校验'), ('complete', '已完成'), ('failed', '校验失败'), ('cancelled', '已取消'), ('expired', '已过期')], default='open', max_length=10, verbose_name='状态')),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='开始时间')),
                ('expires_at', models.DateTimeField(verbose_name='失效时间')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='结束时间')),
                ('failure', models.CharField(blank=True, default='', max_length=500, verbose_name='失败原因')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution', verbose_name='单位')),
                ('media_file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='media.mediafile', verbose_name='原文件')),
            ],
            options={
                'verbose_name': '上传',
                'indexes': [models.Index(fields=['institution', 'state'], name='upload_of_institution'), models.Index(fields=['state', 'expires_at'], name='upload_by_expiry'), models.Index(fields=['purpose'], name='upload_by_purpose'), models.Index(fields=['institution', 'mark'], name='upload_by_mark')],
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='upload_size'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'complete'), _negated=True), ('media_file__isnull', False), _connector='OR'), name='complete_upload_has_file')],
            },
        ),
    ]
