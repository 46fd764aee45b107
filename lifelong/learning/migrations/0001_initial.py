import django.db.models.deletion
import django.utils.timezone
import lifelong.accounts.encryption
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('catalogue', '0001_initial'),
        ('resources', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('author', models.CharField(max_length=60, verbose_name='显示的名字')),
                ('text', models.TextField(max_length=1000, verbose_name='内容')),
                ('state', models.CharField(choices=[('waiting', '待审核'), ('shown', '已显示'), ('refused', '未通过'), ('removed', '已移除'), ('withdrawn', '本人已删除')], default='waiting', max_length=9, verbose_name='状态')),
                ('hits', models.JSONField(default=list, verbose_name='词表命中')),
                ('created_at', models.DateTimeField(verbose_name='提交时间')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='审核时间')),
                ('reason', models.CharField(blank=True, default='', max_length=200, verbose_name='理由')),
                ('appeal', models.CharField(blank=True, default='', max_length=500, verbose_name='申诉')),
                ('appealed_at', models.DateTimeField(blank=True, null=True, verbose_name='申诉时间')),
                ('appeal_answer', models.CharField(blank=True, default='', max_length=500, verbose_name='申诉答复')),
                ('appeal_answered_at', models.DateTimeField(blank=True, null=True, verbose_name='申诉答复时间')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='learning.comment')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource', verbose_name='资源')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='作者')),
            ],
            options={
                'verbose_name': '评论',
                'indexes': [models.Index(fields=['resource', 'state', '-created_at'], name='comment_of_resource'), models.Index(fields=['state', 'created_at'], name='comment_in_queue')],
            },
        ),
        migrations.CreateModel(
            name='CommentFlag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('at', models.DateTimeField(verbose_name='举报时间')),
                ('state', models.CharField(choices=[('open', '待处理'), ('upheld', '属实'), ('dismissed', '不属实')], default='open', max_length=9, verbose_name='状态')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='处理时间')),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='learning.comment', verbose_name='评论')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='举报人')),
            ],
            options={
                'verbose_name': '举报',
                'constraints': [models.UniqueConstraint(fields=('comment', 'user'), name='one_flag_of_a_person')],
            },
        ),
        migrations.CreateModel(
            name='Favourite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='收藏时间')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource', verbose_name='资源')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='学习者')),
            ],
            options={
                'verbose_name': '收藏',
                'constraints': [models.UniqueConstraint(fields=('user', 'resource'), name='one_favourite')],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.PositiveSmallIntegerField(default=1, verbose_name='第几个文件')),
                ('second', models.PositiveIntegerField(blank=True, null=True, verbose_name='位置（秒）')),
                ('text', models.TextField(max_length=2000, verbose_name='笔记')),
                ('created_at', models.DateTimeField(verbose_name='记录时间')),
                ('changed_at', models.DateTimeField(verbose_name='修改时间')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource', verbose_name='资源')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='学习者')),
            ],
            options={
                'verbose_name': '笔记',
                'indexes': [models.Index(fields=['user', 'resource', 'file', 'second'], name='note_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.PositiveSmallIntegerField(default=1, verbose_name='第几个文件')),
                ('seen', models.JSONField(default=list, verbose_name='已学片段')),
                ('seen_s', models.FloatField(default=0, verbose_name='已学时长（秒）')),
                ('wall_s', models.FloatField(default=0, verbose_name='实际用时（秒）')),
                ('length_s', models.FloatField(default=0, verbose_name='总时长（秒）')),
                ('place_s', models.FloatField(default=0, verbose_name='学到（秒）')),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='开始学习')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='最近学习')),
                ('completed_at', models.DateTimeField(blank=True, null=True, verbose_name='学完时间')),
                ('hidden_at', models.DateTimeField(blank=True, null=True)),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource', verbose_name='资源')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='学习者')),
            ],
            options={
                'verbose_name': '学习进度',
                'indexes': [models.Index(fields=['user', '-changed_at'], name='progress_newest')],
                'constraints': [models.UniqueConstraint(fields=('user', 'resource', 'file'), name='one_progress_of_a_file')],
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stars', models.PositiveSmallIntegerField(verbose_name='星级')),
                ('at', models.DateTimeField(verbose_name='评分时间')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource', verbose_name='资源')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='学习者')),
            ],
            options={
                'verbose_name': '评分',
                'indexes': [models.Index(fields=['resource', 'stars'], name='rating_of_resource')],
                'constraints': [models.UniqueConstraint(fields=('user', 'resource'), name='one_rating'), models.CheckConstraint(condition=models.Q(('stars__gte', 1), ('stars__lte', 5)), name='one_to_five_stars')],
            },
        ),
        migrations.CreateModel(
            name='SchoolLearner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sub', lifelong.accounts.encryption.EncryptedText()),
                ('sub_hash', models.CharField(max_length=64)),
                ('came_at', models.DateTimeField(verbose_name='首次来到')),
                ('platform', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalogue.ltiplatform', verbose_name='对接平台')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '学校平台的学习者',
                'indexes': [models.Index(fields=['platform', 'came_at'], name='school_learner_came')],
                'constraints': [models.UniqueConstraint(fields=('platform', 'sub_hash'), name='one_learner_of_a_platform')],
            },
        ),
        migrations.CreateModel(
            name='SchoolScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line_item', models.CharField(max_length=1000, verbose_name='成绩项地址')),
                ('line_hash', models.CharField(max_length=64)),
                ('share', models.FloatField(default=0, verbose_name='已学比例')),
                ('is_done', models.BooleanField(default=False, verbose_name='学完')),
                ('told_share', models.FloatField(default=0, verbose_name='已送达的比例')),
                ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='送达时间')),
                ('changed_at', models.DateTimeField(verbose_name='最近变化')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='learning.schoollearner')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource', verbose_name='资源')),
            ],
            options={
                'verbose_name': '学校成绩',
                'indexes': [models.Index(fields=['changed_at'], name='school_score_changed')],
                'constraints': [models.UniqueConstraint(fields=('learner', 'resource', 'line_hash'), name='one_score_of_a_line')],
            },
        ),
        migrations.CreateModel(
            name='StatementConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pseudonym', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('by_email', models.BooleanField(default=False, verbose_name='用邮箱标识')),
                ('given_at', models.DateTimeField(verbose_name='同意时间')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='撤回时间')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='statement_consent', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '学习记录转送同意',
            },
        ),
        migrations.CreateModel(
            name='StatementStore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='名称')),
                ('endpoint', models.CharField(max_length=500, unique=True, verbose_name='接口地址')),
                ('key', models.CharField(max_length=255, verbose_name='用户名（key）')),
                ('secret', lifelong.accounts.encryption.EncryptedText(verbose_name='密码（secret）')),
                ('is_open', models.BooleanField(default=True, verbose_name='启用')),
                ('created_at', models.DateTimeField(verbose_name='登记时间')),
                ('agreed_from', models.DateTimeField(verbose_name='收件方起始')),
                ('sent', models.PositiveBigIntegerField(default=0, verbose_name='已送达')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='最近送达')),
                ('failures', models.PositiveIntegerField(default=0)),
                ('wait_until', models.DateTimeField(blank=True, null=True)),
                ('trouble', models.CharField(blank=True, default='', max_length=500, verbose_name='故障')),
                ('tested_at', models.DateTimeField(blank=True, null=True, verbose_name='测试时间')),
                ('test', models.CharField(blank=True, default='', max_length=500, verbose_name='测试结果')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '学习记录库',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='StatementDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('statement', models.UUIDField()),
                ('kind', models.CharField(max_length=20)),
                ('body', models.JSONField()),
                ('state', models.CharField(choices=[('waiting', '等待发送'), ('sent', '已送达'), ('refused', '对方不接受')], default='waiting', max_length=8, verbose_name='状态')),
                ('answer', models.CharField(blank=True, default='', max_length=500, verbose_name='对方的答复')),
                ('created_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='learning.statementstore')),
            ],
            options={
                'verbose_name': '待送陈述',
                'indexes': [models.Index(fields=['store', 'state', 'id'], name='statements_waiting')],
                'constraints': [models.UniqueConstraint(fields=('store', 'statement'), name='statement_once_to_a_store')],
            },
        ),
        migrations.CreateModel(
            name='StudyDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='日期')),
                ('content_s', models.FloatField(default=0, verbose_name='新学时长（秒）')),
                ('wall_s', models.FloatField(default=0, verbose_name='实际用时（秒）')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '学习日',
                'constraints': [models.UniqueConstraint(fields=('user', 'day', 'resource'), name='one_row_a_day')],
            },
        ),
        migrations.CreateModel(
            name='StudyList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=60, verbose_name='名称')),
                ('due_date', models.DateField(blank=True, null=True, verbose_name='计划完成日期')),
                ('created_at', models.DateTimeField(verbose_name='建立时间')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='学习者')),
            ],
            options={
                'verbose_name': '学习清单',
                'constraints': [models.UniqueConstraint(fields=('user', 'title'), name='one_list_of_a_name')],
            },
        ),
        migrations.CreateModel(
            name='StudyListItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='次序')),
                ('added_at', models.DateTimeField(verbose_name='加入时间')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource', verbose_name='资源')),
                ('study_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='learning.studylist', verbose_name='清单')),
            ],
            options={
                'verbose_name': '清单条目',
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('study_list', 'resource'), name='once_in_a_list')],
            },
        ),
        migrations.CreateModel(
            name='StudySession',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('file', models.PositiveSmallIntegerField(default=1)),
                ('began_at', models.DateTimeField(verbose_name='开始时间')),
                ('last_at', models.DateTimeField(verbose_name='最近一次记录')),
                ('last_n', models.PositiveIntegerField(default=0)),
                ('content_s', models.FloatField(default=0, verbose_name='新学时长（秒）')),
                ('wall_s', models.FloatField(default=0, verbose_name='实际用时（秒）')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='结束时间')),
                ('end', models.CharField(blank=True, choices=[('closed', '已离开'), ('replaced', '在别处开始学习'), ('stopped', '不再计时')], default='', max_length=8, verbose_name='结束方式')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource', verbose_name='资源')),
                ('score', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='learning.schoolscore')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='学习者')),
            ],
            options={
                'verbose_name': '学习会话',
                'indexes': [models.Index(fields=['user', '-began_at'], name='session_newest'), models.Index(fields=['ended_at'], name='session_ended')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('user',), name='one_counting_session')],
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=24, unique=True, verbose_name='编号')),
                ('name', models.CharField(max_length=60, verbose_name='姓名')),
                ('from_date', models.DateField(verbose_name='起')),
                ('to_date', models.DateField(verbose_name='止')),
                ('content_s', models.FloatField(verbose_name='学习时长（秒）')),
                ('wall_s', models.FloatField(null=True, verbose_name='实际用时（秒）')),
                ('items', models.JSONField(default=list, verbose_name='明细')),
                ('issued_at', models.DateTimeField(verbose_name='开具时间')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='作废时间')),
                ('revoked_for', models.CharField(blank=True, default='', max_length=200, verbose_name='作废原因')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='学习者')),
            ],
            options={
                'verbose_name': '学时证明',
                'indexes': [models.Index(fields=['user', '-issued_at'], name='certificate_newest')],
            },
        ),
    ]
