//! The CA's fingerprint as a few words: short enough to compare a phone with the box's own console, by eye or aloud.

use aws_lc_rs::digest::{SHA256, digest};

use super::lang::Lang;

/// SHA-256 of a certificate's DER.
pub type Fingerprint = [u8; 32];

/// The fingerprint of a certificate in DER.
pub fn fingerprint(der: &[u8]) -> Fingerprint {
    let mut fingerprint = Fingerprint::default();
    fingerprint.copy_from_slice(digest(&SHA256, der).as_ref());
    fingerprint
}

/// Words of a fingerprint: five of 512 are 45 bits.
pub const WORDS: usize = 5;

/// How often the fingerprint is hashed again before words are made of it.
///
/// 45 bits alone could be met by trying: a graphics card makes that many certificates in an hour. With this, each try
/// costs 65,536 times as much, which makes 61 bits; the box pays for it once, with a tenth of a second.
const ROUNDS: u32 = 1 << 16;
/// Bits of one word.
const WORD_BITS: usize = 9;

/// One word, in both languages of the page.
///
/// Where Chinese is spoken both are shown: who reads Chinese compares the Chinese words, and with somebody who does not, or
/// with a terminal that cannot draw them, the English ones beside them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Word {
    pub en: &'static str,
    pub zh: &'static str,
}

impl Word {
    /// As it stands in a page of this language.
    pub fn html(self, lang: Lang) -> String {
        let Self { en, zh } = self;
        match lang {
            Lang::En => format!("<span lang=\"en\">{en}</span>"),
            Lang::Zh => format!("{zh} <span class=\"beside\" lang=\"en\">{en}</span>"),
        }
    }
}

/// The words of a fingerprint: always the same for the same one.
pub fn of(fingerprint: &Fingerprint) -> [Word; WORDS] {
    let mut stretched = *fingerprint;
    for _ in 0..ROUNDS {
        let once_more = digest(&SHA256, &stretched);
        stretched.copy_from_slice(once_more.as_ref());
    }
    // The first 64 bits hold five times nine.
    let bits = stretched[..8].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    std::array::from_fn(|i| {
        let place = bits >> (u64::BITS as usize - (i + 1) * WORD_BITS);
        let (en, zh) = LIST[place as usize % LIST.len()];
        Word { en, zh }
    })
}

/// Things that everybody has a picture of, in English and in Chinese.
///
/// Four letters tell an English one from all others, and no two sound alike in a hurry; no Chinese one is part of another:
/// the tests hold them to that. Their order is part of what a fingerprint means: it never changes, and neither do they.
#[rustfmt::skip]
const LIST: [(&str, &str); 1 << WORD_BITS] = [
    ("abbot", "方丈"), ("acorn", "橡子"), ("acrobat", "杂技"), ("actor", "演员"), ("album", "相册"), ("alley", "胡同"),
    ("almanac", "黄历"), ("almond", "杏仁"), ("alpaca", "羊驼"), ("amber", "琥珀"), ("anchor", "船锚"), ("angel", "天使"),
    ("animal", "野兽"), ("ankle", "脚踝"), ("antelope", "羚羊"), ("apple", "苹果"), ("apricot", "杏子"), ("apron", "围裙"),
    ("arch", "拱门"), ("arena", "竞技场"), ("armchair", "扶手椅"), ("arrow", "箭头"), ("artist", "画家"), ("athlete", "运动员"),
    ("atlas", "地图册"), ("attic", "阁楼"), ("autumn", "秋天"), ("award", "奖状"), ("bacon", "培根"), ("badge", "徽章"),
    ("bagel", "贝果"), ("baker", "面包师"), ("balcony", "阳台"), ("balloon", "气球"), ("bamboo", "竹子"), ("banana", "香蕉"),
    ("banjo", "班卓琴"), ("barber", "理发师"), ("barn", "谷仓"), ("basil", "罗勒"), ("basket", "篮子"), ("bath", "浴缸"),
    ("battery", "电池"), ("beach", "沙滩"), ("beaver", "海狸"), ("bed", "床铺"), ("bell", "铃铛"), ("bicycle", "自行车"),
    ("bird", "小鸟"), ("biscuit", "饼干"), ("bishop", "主教"), ("bison", "野牛"), ("blanket", "毯子"), ("blossom", "桃花"),
    ("blouse", "衬衫"), ("boat", "小船"), ("bonfire", "篝火"), ("bonnet", "软帽"), ("book", "书本"), ("bottle", "瓶子"),
    ("boulder", "巨石"), ("bowl", "饭碗"), ("bracelet", "手镯"), ("brick", "砖头"), ("bridge", "桥梁"), ("bronze", "青铜"),
    ("broom", "扫帚"), ("brush", "刷子"), ("bubble", "泡泡"), ("bucket", "水桶"), ("buffalo", "水牛"), ("butter", "黄油"),
    ("cabbage", "白菜"), ("cabin", "小木屋"), ("cactus", "仙人掌"), ("cake", "蛋糕"), ("camel", "骆驼"), ("campus", "校园"),
    ("canal", "运河"), ("candle", "蜡烛"), ("canoe", "独木舟"), ("canyon", "峡谷"), ("captain", "船长"), ("carnival", "狂欢节"),
    ("carpet", "地毯"), ("carrot", "胡萝卜"), ("castle", "城堡"), ("ceiling", "天花板"), ("cello", "大提琴"), ("chair", "椅子"),
    ("chalk", "粉笔"), ("chapel", "礼拜堂"), ("charcoal", "木炭"), ("cheese", "奶酪"), ("cherry", "樱桃"), ("chestnut", "栗子"),
    ("chimney", "烟囱"), ("church", "教堂"), ("cider", "果酒"), ("circle", "圆圈"), ("citrus", "柑橘"), ("cliff", "悬崖"),
    ("climber", "登山者"), ("clock", "时钟"), ("cloud", "云朵"), ("clover", "三叶草"), ("cocoa", "可可"), ("coffee", "咖啡"),
    ("coin", "硬币"), ("colony", "蚁群"), ("comet", "彗星"), ("compass", "指南针"), ("concert", "音乐会"), ("cookie", "曲奇"),
    ("copper", "紫铜"), ("coral", "珊瑚"), ("corner", "墙角"), ("cotton", "棉花"), ("courier", "快递员"), ("cousin", "表哥"),
    ("cowboy", "牧童"), ("crab", "螃蟹"), ("cradle", "摇篮"), ("cricket", "蟋蟀"), ("crown", "皇冠"), ("crystal", "水晶"),
    ("cube", "方块"), ("cucumber", "黄瓜"), ("cup", "杯子"), ("currant", "醋栗"), ("curtain", "窗帘"), ("cushion", "坐垫"),
    ("cyclone", "气旋"), ("daffodil", "水仙"), ("daisy", "雏菊"), ("dancer", "舞者"), ("dentist", "牙医"), ("deputy", "助手"),
    ("desert", "沙漠"), ("desk", "书桌"), ("diamond", "钻石"), ("dinner", "晚餐"), ("dinosaur", "恐龙"), ("doctor", "医生"),
    ("dog", "小狗"), ("doll", "娃娃"), ("dolphin", "海豚"), ("domino", "骨牌"), ("donkey", "毛驴"), ("door", "房门"),
    ("dough", "面团"), ("dragon", "巨龙"), ("drawer", "抽屉"), ("dress", "裙子"), ("duck", "鸭子"), ("eagle", "老鹰"),
    ("earth", "地球"), ("easel", "画板"), ("echo", "回声"), ("edge", "边缘"), ("egg", "鸡蛋"), ("elephant", "大象"),
    ("emerald", "翡翠"), ("engine", "发动机"), ("envelope", "信封"), ("eraser", "橡皮"), ("falcon", "猎隼"), ("farmer", "农民"),
    ("feather", "羽毛"), ("fence", "篱笆"), ("fern", "蕨菜"), ("festival", "节日"), ("fiddle", "二胡"), ("finger", "手指"),
    ("fish", "鱼儿"), ("flag", "旗帜"), ("flame", "火焰"), ("flute", "笛子"), ("folder", "文件夹"), ("forest", "森林"),
    ("fork", "叉子"), ("fountain", "喷泉"), ("fox", "狐狸"), ("friend", "朋友"), ("frog", "青蛙"), ("fruit", "水果"),
    ("gallery", "画廊"), ("garage", "车库"), ("garden", "花园"), ("garlic", "大蒜"), ("gate", "大门"), ("gecko", "壁虎"),
    ("giant", "巨人"), ("giraffe", "长颈鹿"), ("glacier", "冰川"), ("glass", "玻璃"), ("glove", "手套"), ("gold", "黄金"),
    ("goose", "大鹅"), ("gorilla", "猩猩"), ("grape", "葡萄"), ("gravel", "碎石"), ("guitar", "吉他"), ("hammer", "锤子"),
    ("harbor", "港口"), ("hazel", "榛子"), ("heart", "心脏"), ("helmet", "头盔"), ("hero", "英雄"), ("hill", "山丘"),
    ("hippo", "河马"), ("hockey", "冰球"), ("honey", "蜂蜜"), ("hotel", "酒店"), ("house", "房子"), ("igloo", "冰屋"),
    ("insect", "昆虫"), ("iron", "铁块"), ("island", "小岛"), ("ivory", "象牙"), ("jacket", "夹克"), ("jaguar", "美洲豹"),
    ("jam", "果酱"), ("jasmine", "茉莉"), ("jazz", "爵士乐"), ("jeans", "牛仔裤"), ("jelly", "果冻"), ("jewel", "珠宝"),
    ("jigsaw", "拼图"), ("juice", "果汁"), ("jungle", "丛林"), ("kangaroo", "袋鼠"), ("kayak", "皮划艇"), ("kettle", "水壶"),
    ("key", "钥匙"), ("kitchen", "厨房"), ("kite", "风筝"), ("kitten", "小猫"), ("kiwi", "猕猴桃"), ("koala", "考拉"),
    ("label", "标签"), ("ladder", "梯子"), ("lagoon", "泻湖"), ("lamp", "台灯"), ("lantern", "灯笼"), ("laptop", "电脑"),
    ("lasso", "套索"), ("lemon", "柠檬"), ("leopard", "豹子"), ("letter", "书信"), ("library", "图书馆"), ("lily", "百合"),
    ("lime", "青柠"), ("lion", "狮子"), ("lizard", "蜥蜴"), ("loaf", "吐司"), ("lobster", "龙虾"), ("lodge", "山庄"),
    ("lotion", "乳液"), ("lotus", "莲花"), ("luggage", "行李"), ("lumber", "木板"), ("lunch", "午饭"), ("lynx", "猞猁"),
    ("magma", "岩浆"), ("magnet", "磁铁"), ("magpie", "喜鹊"), ("mango", "芒果"), ("maple", "枫树"), ("marble", "弹珠"),
    ("market", "市场"), ("mask", "面具"), ("medal", "奖牌"), ("melon", "甜瓜"), ("mermaid", "美人鱼"), ("meteor", "流星"),
    ("mirror", "镜子"), ("model", "模型"), ("moon", "月亮"), ("mosaic", "马赛克"), ("moss", "苔藓"), ("muffin", "松饼"),
    ("museum", "博物馆"), ("mushroom", "蘑菇"), ("music", "乐曲"), ("napkin", "餐巾"), ("needle", "绣花针"), ("nest", "鸟窝"),
    ("ninja", "忍者"), ("noodle", "面条"), ("notebook", "笔记本"), ("novel", "小说"), ("nut", "坚果"), ("oak", "橡树"),
    ("oasis", "绿洲"), ("ocean", "海洋"), ("octopus", "章鱼"), ("office", "办公室"), ("olive", "橄榄"), ("omelet", "蛋饼"),
    ("onion", "洋葱"), ("opal", "蛋白石"), ("opera", "戏曲"), ("orange", "橙子"), ("orchard", "果园"), ("organ", "管风琴"),
    ("ostrich", "鸵鸟"), ("otter", "水獭"), ("oxygen", "氧气"), ("oyster", "生蚝"), ("painter", "油漆工"), ("palace", "宫殿"),
    ("palm", "棕榈"), ("panda", "熊猫"), ("panther", "黑豹"), ("paper", "纸张"), ("parsley", "香菜"), ("pasta", "通心粉"),
    ("patio", "庭院"), ("peanut", "花生"), ("pearl", "珍珠"), ("pebble", "鹅卵石"), ("pelican", "鹈鹕"), ("penguin", "企鹅"),
    ("pepper", "胡椒"), ("piano", "钢琴"), ("pickle", "泡菜"), ("picnic", "野餐"), ("pigeon", "鸽子"), ("pillow", "枕头"),
    ("pilot", "飞行员"), ("pirate", "海盗"), ("pizza", "披萨"), ("planet", "行星"), ("plum", "梅子"), ("pony", "小马"),
    ("poppy", "虞美人"), ("porch", "门廊"), ("potato", "土豆"), ("powder", "粉末"), ("prairie", "草原"), ("pumpkin", "南瓜"),
    ("puppet", "木偶"), ("puzzle", "谜语"), ("pyramid", "金字塔"), ("python", "蟒蛇"), ("quarry", "采石场"), ("queen", "女王"),
    ("quilt", "棉被"), ("quiz", "测验"), ("rabbit", "兔子"), ("raccoon", "浣熊"), ("radar", "雷达"), ("radio", "收音机"),
    ("rainbow", "彩虹"), ("raisin", "提子干"), ("ranch", "牧场"), ("raven", "乌鸦"), ("razor", "剃刀"), ("reed", "芦苇"),
    ("reindeer", "驯鹿"), ("rhubarb", "大黄"), ("ribbon", "丝带"), ("river", "河流"), ("robin", "知更鸟"), ("robot", "机器人"),
    ("rocket", "火箭"), ("roof", "屋顶"), ("rubber", "皮筋"), ("ruby", "红宝石"), ("saddle", "马鞍"), ("safari", "狩猎"),
    ("salad", "沙拉"), ("salmon", "三文鱼"), ("salt", "食盐"), ("sardine", "沙丁鱼"), ("satin", "绸缎"), ("sausage", "香肠"),
    ("scarf", "围巾"), ("school", "学校"), ("scissors", "剪刀"), ("scooter", "滑板车"), ("screw", "螺丝"), ("scroll", "画卷"),
    ("sesame", "芝麻"), ("shadow", "影子"), ("shark", "鲨鱼"), ("sheep", "绵羊"), ("shield", "盾牌"), ("shirt", "上衣"),
    ("shop", "商店"), ("shovel", "铁锹"), ("shrimp", "虾米"), ("silk", "丝绸"), ("silver", "白银"), ("sister", "姐妹"),
    ("sketch", "素描"), ("ski", "滑雪"), ("sleeve", "袖子"), ("slipper", "拖鞋"), ("smile", "微笑"), ("smoke", "烟雾"),
    ("snail", "蜗牛"), ("snake", "毒蛇"), ("snow", "雪花"), ("soccer", "足球"), ("soda", "汽水"), ("spider", "蜘蛛"),
    ("spinach", "菠菜"), ("sponge", "海绵"), ("spoon", "勺子"), ("spring", "弹簧"), ("spruce", "云杉"), ("square", "广场"),
    ("squid", "鱿鱼"), ("stadium", "体育场"), ("stamp", "邮票"), ("star", "星星"), ("statue", "雕像"), ("steam", "蒸汽"),
    ("stone", "石头"), ("straw", "稻草"), ("student", "学生"), ("sugar", "白糖"), ("sultan", "苏丹"), ("summer", "夏天"),
    ("sunset", "日落"), ("surfer", "冲浪"), ("swan", "天鹅"), ("sweater", "毛衣"), ("swing", "秋千"), ("syrup", "糖浆"),
    ("table", "桌子"), ("tadpole", "蝌蚪"), ("tailor", "裁缝"), ("tank", "坦克"), ("taxi", "出租车"), ("teacher", "老师"),
    ("teapot", "茶壶"), ("temple", "寺庙"), ("tennis", "网球"), ("tent", "帐篷"), ("theater", "剧院"), ("thistle", "蓟花"),
    ("thorn", "荆棘"), ("throne", "宝座"), ("thunder", "雷声"), ("ticket", "车票"), ("tiger", "老虎"), ("tile", "瓷砖"),
    ("timber", "木材"), ("tomato", "番茄"), ("tooth", "牙齿"), ("tornado", "龙卷风"), ("towel", "毛巾"), ("tractor", "拖拉机"),
    ("tray", "托盘"), ("treasure", "宝藏"), ("tree", "大树"), ("triangle", "三角形"), ("tribe", "部落"), ("trophy", "奖杯"),
    ("truck", "卡车"), ("trumpet", "喇叭"), ("tulip", "郁金香"), ("tuna", "金枪鱼"), ("tunnel", "隧道"), ("turban", "头巾"),
    ("turnip", "大头菜"), ("turtle", "乌龟"), ("tuxedo", "礼服"), ("twig", "树枝"), ("ukulele", "尤克里里"), ("umbrella", "雨伞"),
    ("uncle", "叔叔"), ("unicorn", "独角兽"), ("uniform", "制服"), ("vacuum", "吸尘器"), ("vanilla", "香草"), ("vase", "花瓶"),
    ("velvet", "丝绒"), ("village", "村庄"), ("vine", "藤蔓"), ("violin", "琴弓"), ("visitor", "客人"), ("volcano", "火山"),
    ("vulture", "秃鹫"), ("waffle", "华夫饼"), ("wagon", "马车"), ("wallet", "钱包"), ("walnut", "核桃"), ("walrus", "海象"),
    ("water", "清水"), ("wave", "海浪"), ("web", "蛛网"), ("whale", "鲸鱼"), ("wheel", "车轮"), ("whip", "鞭子"),
    ("whisker", "胡须"), ("window", "窗户"), ("winter", "冬天"), ("wolf", "野狼"), ("wood", "柴火"), ("wreath", "花环"),
    ("wrench", "扳手"), ("yacht", "游艇"), ("yard", "院子"), ("yogurt", "酸奶"), ("zebra", "斑马"), ("zigzag", "之字形"),
    ("zipper", "拉链"), ("zoo", "动物园"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_plain_and_told_apart_by_four_letters() {
        for (i, (word, _)) in LIST.iter().enumerate() {
            assert!((3..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
            for (other, _) in &LIST[i + 1..] {
                assert!(word < other, "{word} and {other} are out of order");
                assert!(!other.starts_with(&word[..word.len().min(4)]), "{word} and {other} begin alike");
                assert!(!are_alike(word, other), "{word} and {other} differ by one letter");
            }
        }
    }

    #[test]
    fn chinese_words_are_short_and_none_is_part_of_another_or_nearly_it() {
        for (i, (english, word)) in LIST.iter().enumerate() {
            let characters = word.chars().count();
            assert!((2..=4).contains(&characters), "{english}: {word}");
            assert!(word.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{english}: {word}");
            for (_, other) in &LIST[i + 1..] {
                assert!(!word.contains(other) && !other.contains(word), "{word} and {other}");
                let same = word.chars().zip(other.chars()).filter(|(a, b)| a == b).count();
                let is_long = characters > 2 && other.chars().count() == characters;
                assert!(!is_long || same + 1 < characters, "{word} and {other} differ by one character");
            }
        }
    }

    #[test]
    fn a_chinese_page_has_both_words_and_an_english_one_no_chinese() {
        let [word, ..] = of(&[7; 32]);
        assert_eq!(word.html(Lang::En), "<span lang=\"en\">noodle</span>");
        assert_eq!(word.html(Lang::Zh), "面条 <span class=\"beside\" lang=\"en\">noodle</span>");
    }

    #[test]
    fn the_rule_against_likeness_catches_a_slip() {
        assert!(are_alike("boat", "goat") && are_alike("cot", "coat") && are_alike("stone", "stove"));
        assert!(!are_alike("boat", "boot s") && !are_alike("apple", "plane"));
    }

    #[test]
    fn a_fingerprint_always_has_the_same_words_and_another_has_others() {
        let words = of(&[7; 32]);
        assert_eq!(words, of(&[7; 32]));
        // As another program computes them (Python's hashlib).
        assert_eq!(words.map(|word| word.en), ["noodle", "porch", "chalk", "sesame", "festival"]);
        assert_eq!(words.map(|word| word.zh), ["面条", "门廊", "粉笔", "芝麻", "节日"]);
        let mut other = [7; 32];
        other[31] ^= 1;
        let same = words.iter().zip(of(&other)).filter(|(a, b)| **a == *b).count();
        assert!(same < WORDS - 1, "one bit changes nearly every word");
    }

    /// Whether one letter changed, put in or left out makes one word of the other.
    fn are_alike(a: &str, b: &str) -> bool {
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let same = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
        match long.len() - short.len() {
            0 => short[same..].get(1..) == long[same..].get(1..),
            1 => short[same..] == long[same + 1..],
            _ => false,
        }
    }
}
