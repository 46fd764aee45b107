"""Seeded generator of believable records for ``lifelong load``: ``python bench/generate.py 100000 > records.jsonl``.

Only the standard library. The same seed gives the same file; the first N records are the same whatever the total.
Words are drawn by subject with a Zipf-like weight, views by a Pareto law, as real libraries have them.
"""

import argparse
import json
import random
import sys
from datetime import date, timedelta
from typing import IO, Any

# area → category path → topics, the commonest first
SUBJECTS: dict[str, dict[str, str]] = {
    "older": {
        "主动健康": "太极拳 八段锦 养生保健 高血压 糖尿病 广场舞 五禽戏 食疗 穴位按摩 健步走 睡眠 骨质疏松 心理健康 颈椎操 用药安全 急救常识 慢性病管理 中医养生 膝关节保护 阿尔茨海默病",
        "休闲娱乐": "书法 国画 二胡 合唱 葫芦丝 剪纸 摄影 电子琴 豫剧 模特走秀 插花 象棋 民族舞 茶艺 旅游 朗诵 口琴 戏曲欣赏 手工编织 古筝",
        "技能提升-数字生活技能": "智能手机 微信 手机支付 防诈骗 短视频 网上挂号 手机摄影 网约车 健康码 视频剪辑 语音输入 手机银行 上网冲浪 照片备份 线上购物",
        "技能提升-老年人力资源开发": "志愿服务 社区调解 经验传承 家庭教育指导 再就业 口述历史 银龄讲学 非遗传承",
    },
    "community": {
        "科学文化": "航空知识 天文观测 气象 节约用水 垃圾分类 黄河文化 甲骨文 少林武术 地质公园 生物多样性 古建筑 红旗渠 博物馆 科普实验 食品安全 核能",
        "家校社协同育人": "亲子阅读 家庭教育 青春期 作业习惯 隔代教育 儿童心理 生命教育 网络沉迷 劳动教育 运动习惯 情绪管理 入学准备",
        "文明素养": "民法典 文明礼仪 消防安全 道路交通 法律援助 移风易俗 志愿精神 国家安全 反邪教 公共卫生 居民公约 劳动合同",
        "职业技能": "育婴 家政服务 中式面点 美发 电工 电商直播 养老护理 咖啡 烘焙 缝纫 汽车美容 快递分拣",
        "社区发展": "乡村振兴 社区治理 农产品电商 大棚蔬菜 养殖技术 民宿经营 合作社 院落改造 邻里互助 议事协商",
    },
    "training": {
        "职业发展": "办公软件 会计 项目管理 人工智能 大数据 数控车床 新能源汽车 焊接 工业机器人 网络安全 人力资源 市场营销 跨境电商 Python Excel Photoshop 建筑信息模型 安全生产 物流管理 客户服务",
        "综合素养": "公文写作 时间管理 沟通表达 职业道德 演讲 领导力 逻辑思维 商务礼仪 创新思维 阅读方法",
        "生活技能": "家庭理财 烹饪 收纳 急救 汽车驾驶 花卉养护 家电维修 英语口语 营养搭配 宠物照护",
        "兴趣爱好": "吉他 摄影后期 水彩 羽毛球 瑜伽 围棋 钓鱼 钢琴 街舞 诗词写作 木工 露营",
    },
    "degree": {
        "成人高等教育": "高等数学 大学英语 管理学 经济法 护理学 学前教育 机械制图 土木工程 会计学 计算机基础",
        "网络教育": "数据结构 操作系统 市场营销学 行政管理 法学概论 汉语言文学 公共管理 统计学 教育心理学 电路分析",
        "开放教育": "现代汉语 宏观经济学 社会工作 药理学 软件工程 财务管理 民法学 园艺 小学教育 人文地理",
        "自学考试": "马克思主义原理 中国近现代史 线性代数 概率论 英语二 政治经济学 审计学 美学 行政法 外国文学史",
    },
}  # fmt: skip
AREA_WEIGHTS = {"older": 32, "community": 26, "training": 27, "degree": 15}
FORMS = [
    "入门",
    "基础",
    "实用技巧",
    "零基础教程",
    "进阶",
    "十讲",
    "案例分析",
    "常见问题",
    "公开课",
    "示范课",
    "跟我学",
    "名师讲堂",
    "一点通",
    "实训",
    "专题讲座",
    "复习指导",
    "知识要点",
    "从零开始",
    "速成",
    "训练营",
    "赏析",
    "详解",
]
LEADS = [
    "零起点",
    "社区",
    "家庭",
    "老年",
    "职工",
    "农村",
    "城市",
    "现代",
    "传统",
    "新编",
    "图解",
    "趣味",
    "每天十分钟",
    "走进",
    "轻松学",
    "实用",
    "全民",
    "身边的",
    "银龄",
    "乡村",
]
ASPECTS = [
    "准备工作",
    "基本动作",
    "常见误区",
    "安全要点",
    "分步练习",
    "案例演示",
    "易错点",
    "日常应用",
    "历史由来",
    "工具选择",
    "效果检查",
    "课后练习",
    "名家经验",
    "考核要求",
    "设备使用",
    "健康提示",
    "操作流程",
    "注意事项",
]
PEOPLE = [
    "初学者",
    "中老年朋友",
    "社区居民",
    "在职人员",
    "新手爸妈",
    "返乡青年",
    "退休教师",
    "企业员工",
    "自考学生",
    "基层干部",
    "农民朋友",
    "家政从业者",
]
SENTENCES = [
    "本课围绕{topic}展开，介绍{a}、{b}和{c}。",
    "内容由浅入深，适合{people}学习。",
    "通过实例讲解{topic}的{a}与{b}，边看边练。",
    "学完以后能够独立完成{topic}的{a}。",
    "结合{other}的经验，说明{topic}的{c}。",
    "每节课后附有{b}，方便复习。",
    "由一线教师主讲，重点突出{a}。",
    "帮助{people}了解{topic}，掌握{b}。",
]  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建华国庆志玉兰文红梅云峰海波晓东春燕新宇嘉琪思远雨晴子涵浩然佳怡俊熙若曦清和守正怀瑾知言秀兰立群"
REGIONS = [
    "410100",
    "410200",
    "410300",
    "410400",
    "410500",
    "410600",
    "410700",
    "410800",
    "410900",
    "411000",
    "411100",
    "411200",
    "411300",
    "411400",
    "411500",
    "411600",
    "411700",
    "419001",
    "410181",
    "410225",
    "110000",
    "310000",
    "320100",
    "330100",
    "420100",
    "430100",
    "440100",
    "510100",
    "610100",
    "130100",
    "370100",
    "340100",
]
PLATFORMS = [("中国大学MOOC", "www.icourse163.org"), ("学堂在线", "www.xuetangx.com"), ("智慧树", "www.zhihuishu.com")]


def ranked(rng: random.Random, words: list[str]) -> str:
    """The earlier the commoner, about as Zipf has it."""
    return words[min(int(rng.paretovariate(0.9)) - 1, len(words) * 40) % len(words)]


def person(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2))))


def record(seed: int, number: int, institutions: int) -> dict[str, Any]:
    """The ``number``th record; each has its own random stream, so any slice can be made alone."""
    rng = random.Random(f"{seed}:{number}")
    area = rng.choices(list(AREA_WEIGHTS), weights=list(AREA_WEIGHTS.values()))[0]
    path = rng.choice(list(SUBJECTS[area]))
    topics = SUBJECTS[area][path].split()
    topic, other = ranked(rng, topics), rng.choice(topics)
    kind = rng.choices(("A01", "A02", "A03"), weights=(62, 13, 25))[0]
    place = min(int(rng.paretovariate(0.7)), institutions)
    seconds = int(min(60 + rng.paretovariate(1.1) * 300, 40 * 3600))
    made = {
        "title": title(rng, topic, number),
        "type": kind,
        "area": area,
        "institution": f"{4100000000 + place:010}",
        "region": REGIONS[place % len(REGIONS)],
        "own_number": f"G{seed}-{number:08}",
        "summary": summary(rng, topic, other),
        "duration": f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}",
        "created_date": (date(2016, 1, 1) + timedelta(days=rng.randrange(2_300))).isoformat(),
        "published_at": (date(2019, 1, 1) + timedelta(days=rng.randrange(1_800))).isoformat(),
        "rights_holder": f"示例单位{place}",
        "speakers": ";".join(dict.fromkeys(person(rng) for _ in range(rng.choice((1, 1, 1, 2))))),
        "declared_views": int(min(rng.paretovariate(0.9) * 40, 5_000_000)),
        "declared_learners": int(min(rng.paretovariate(1.0) * 20, 1_000_000)),
        "keywords": ";".join(dict.fromkeys([topic, other, path.split("-")[-1], rng.choice(PEOPLE)])),
        "category": path,
    }
    if kind == "A03":
        name, host = rng.choice(PLATFORMS)
        made |= {"host_platform": name, "link": f"https://{host}/course/{number}"}
    if rng.random() < 0.35:
        made |= {"series": f"{topic}系列课程（{place % 7 + 1}）", "series_order": f"{rng.randrange(1, 40):02}"}
    if rng.random() < 0.3:
        made["outline"] = outline(rng, topic)
    return made


def title(rng: random.Random, topic: str, number: int) -> str:
    parts = [rng.choice(LEADS) if rng.random() < 0.35 else "", topic, rng.choice(FORMS) if rng.random() < 0.8 else ""]
    detail = f"：{rng.choice(ASPECTS)}" if rng.random() < 0.55 else ""
    part = f"（第{rng.randrange(1, 60)}讲）" if rng.random() < 0.5 else ""
    return f"{''.join(parts)}{detail}{part}"[:100]


def summary(rng: random.Random, topic: str, other: str) -> str:
    a, b, c = rng.sample(ASPECTS, 3)
    chosen = rng.sample(SENTENCES, rng.choice((2, 3, 3, 4)))
    return "".join(s.format(topic=topic, other=other, a=a, b=b, c=c, people=rng.choice(PEOPLE)) for s in chosen)


def outline(rng: random.Random, topic: str) -> str:
    items, start = [], 0
    for number, aspect in enumerate(rng.sample(ASPECTS, rng.randrange(3, 7)), 1):
        length = rng.randrange(60, 900)
        items.append(
            f'<item no="{number}" title="{topic}{aspect}" start="{start // 3600:02}:{start // 60 % 60:02}:{start % 60:02}" '
            f'duration="{length // 3600:02}:{length // 60 % 60:02}:{length % 60:02}"/>'
        )
        start += length
    return f'<catalog version="1">{"".join(items)}</catalog>'


def write(out: IO[str], count: int, seed: int = 1, institutions: int = 300) -> None:
    for number in range(1, count + 1):
        out.write(json.dumps(record(seed, number, institutions), ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--institutions", type=int, default=300)
    chosen = parser.parse_args()
    write(sys.stdout, chosen.count, chosen.seed, chosen.institutions)
