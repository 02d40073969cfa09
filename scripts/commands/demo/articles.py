"""The demo's articles, written for this project, oldest first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """`key` names the article for good: a second filling with the same key writes nothing new."""

    key: str
    author: int
    title: str
    paragraphs: tuple[str, ...]

    @property
    def html(self) -> str:
        return "".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs)


TEXTS: tuple[Text, ...] = (
    Text(
        "tea-first-rain",
        1,
        "雨前茶，与一只漏气的壶",
        (
            "清明前那场雨来得很轻，山上的茶农说，今年的芽比往年晚了三天。三天在城里不算什么，在茶园里却够一家人改一次主意。",
            "我用的壶盖有一道裂，水汽从那里溜走，茶就凉得快些。朋友劝我换一只，我舍不得：因为凉得快，所以从来没有烫过嘴。",
            "一件东西的缺点，用久了就成了它的脾气。",
        ),
    ),
    Text(
        "queues",
        2,
        "What a queue is really for",
        (
            "People reach for a queue when something is slow. A queue makes nothing faster; it decides who waits.",
            "Before adding one, write down what happens when it is full. If the answer is a shrug, "
            "the queue is where your outage will live.",
            "The best queues I have seen were short, boring, and drawn on a whiteboard by someone who had been paged.",
        ),
    ),
    Text(
        "old-town-map",
        3,
        "给老城画一张走路的地图",
        (
            "导航只告诉我最近的路，却不说哪条巷子午后有树荫。我花了四个周末，把老城走了一遍，只记三样：荫凉、台阶、能坐下的地方。",
            "画完才发现，最好走的路几乎都绕开了大街。",
        ),
    ),
    Text(
        "night-train",
        4,
        "Notes from a night train",
        (
            "The compartment light has two settings: interrogation and darkness. "
            "We chose darkness and talked until the border.",
            "A retired surveyor told me that every hill he measured has since moved a few centimetres, "
            "and that this comforts him.",
            "At dawn the steward brought coffee nobody had ordered, and everybody drank it.",
        ),
    ),
    Text(
        "umbrella",
        5,
        "借伞的人",
        (
            "图书馆门口有一排公用的伞，借了不必登记。管理员说，三年里伞不但没少，还多了两把。",
            "我借过一次，还的时候顺手修好了一根伞骨。大概那两把多出来的，也是这样来的。",
        ),
    ),
    Text(
        "sourdough-cold",
        8,
        "Cold dough, warm kitchen",
        (
            "My starter sulks below eighteen degrees, so in winter it lives on top of the router. "
            "The bread tastes of patience and a little of broadband.",
            "Fold four times, an hour apart, and stop when the dough pushes back like a cat that has had enough.",
        ),
    ),
    Text(
        "fjord-swim",
        6,
        "Forty days of cold water",
        (
            "On the first morning I counted seconds. On the tenth I counted boats. "
            "By the thirtieth I had stopped counting.",
            "Nothing mystical happened. I sleep well, and I am slightly harder to frighten.",
        ),
    ),
    Text(
        "reed",
        7,
        "一根苇管能吹出什么",
        (
            "外公会用河边的芦苇做哨子，一刀斜切，一刀取簧，含在嘴里就能学水鸟叫。",
            "我学了三个夏天，只学会一种鸟。前几天在城里的湿地公园试着吹了一声，真的有一只应了。",
            "那一刻我忽然明白，手艺不是拿来用的，是拿来被回应的。",
        ),
    ),
    Text(
        "cat-census",
        9,
        "小区猫口普查报告（第三季度）",
        (
            "本季度在册二十一只，新增三只，失联一只，改名两只。橘猫比例继续上升，原因不明，疑与食堂有关。",
            "需要说明的是，编号十四的“警长”已被三户人家分别收养，它本人似乎并不打算公开此事。",
        ),
    ),
    Text(
        "spice-tin",
        10,
        "My grandmother's spice tin has seven rooms",
        (
            "Mustard seeds live in the middle because they are needed first and spilled most.",
            "When I moved abroad she filled it, taped it shut and wrote on the lid: do not organise. "
            "I have never dared.",
        ),
    ),
    Text(
        "small-commits",
        2,
        "Small commits are a kindness",
        (
            "A small commit says: here is one thought, you can hold it in your head, you can take it back alone.",
            "A large commit says: trust me. Sometimes you should. But ask what the author was afraid of "
            "when they chose not to stop.",
        ),
    ),
    Text(
        "mending",
        11,
        "补一件毛衣要多久",
        (
            "袖口磨破的那件毛衣，我补了整整一个梅雨季。每天只补两行，因为再多，线就记不住原来的松紧。",
            "补好的地方颜色略深，像一小块阴天。我很喜欢。",
        ),
    ),
    Text(
        "tea-second-flush",
        1,
        "夏茶不值钱，但好喝",
        (
            "夏天的茶叶长得快，苦味重，卖不上价，茶农多半留着自己喝。",
            "用大碗泡，放凉，兑一点井水。蝉声越响，茶越好喝，这是我唯一敢断言的茶学。",
        ),
    ),
    Text(
        "platform-seven",
        4,
        "The clock on platform seven",
        (
            "It has been four minutes slow since I was a child. "
            "The station master says that repairing it would make too many people late.",
            "So the whole town lives four minutes early, and is proud of its punctuality.",
        ),
    ),
    Text(
        "stairs",
        3,
        "台阶的高度",
        (
            "老城的台阶没有两级一样高。起初我以为是工匠随手，后来量了三百多级，才看出规律：越靠近水井，台阶越矮。",
            "挑水的人走了几百年，石头就替他们记着。",
        ),
    ),
    Text(
        "failed-loaf",
        8,
        "In praise of the failed loaf",
        (
            "Slice it thin, toast it twice, and call it crackers. "
            "Nobody at the party will know, and three will ask for the recipe.",
            "A failed loaf still tells you the temperature of your kitchen more honestly than the thermometer does.",
        ),
    ),
    Text(
        "listening",
        5,
        "听雨的七种方法",
        (
            "瓦上、伞上、荷叶上、车顶上、铁皮棚上、别人的窗上，还有电话那头。",
            "最后一种最难，因为要等对方先停下来不说话。",
        ),
    ),
    Text(
        "dark-season",
        6,
        "How we keep the dark season",
        (
            "In November the sun leaves like a guest who has been checking the time. "
            "We light the windows towards the street, not towards the room.",
            "The rule is old and simple: whoever walks past should be able to see that somebody is home.",
        ),
    ),
    Text(
        "first-post",
        12,
        "大家好，hello everyone",
        (
            "看了一个月，第一次写。I read for a month before daring to write, mostly because of the cat census.",
            "请多关照。Be gentle.",
        ),
    ),
    Text(
        "train-tea",
        1,
        "火车上的一杯热水",
        (
            "绿皮车的开水房是整列车最热闹的地方。有人泡面，有人冲奶粉，我泡一小撮夏茶。",
            "邻座的大爷尝了一口，说太苦，又尝了一口，说还行，到站时问我能不能给他包一点。",
        ),
    ),
    Text(
        "review",
        10,
        "Cooking for a code review",
        (
            "We merge on Fridays, and whoever breaks the build brings lunch. I have become suspiciously good at lunch.",
            "Recipe for twelve engineers: one pot, no decisions, and bread from Bo.",
        ),
    ),
)
