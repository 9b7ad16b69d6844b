/**
 * Finding Chinese names by what is typed on a Latin keyboard: `wangming`, `wangm` and `wm` all mean 王明.
 *
 * Browsers know how Chinese is read, for they sort by it: the table has only the first character of each syllable, in that
 * order, and between which two a character lies says its syllable. Of the 20,925 characters of a dictionary 99.7 % are read
 * as it says, by the order of 2022 (ICU 72) and that of 2026 (ICU 78): those that changed their place begin no syllable. A
 * table of all characters would be eight times as large. Pure.
 */
/** Each syllable, without its tone, and the first character that is sorted under it. */
const SYLLABLES =
  'a阿ai哎an安ang肮ao凹ba丷bai挀ban扳bang邦bao勹bei卑ben奔beng伻bi屄bian边biao灬bie憋bin汃bing冫' +
  'bo癶bu峬ca嚓cai偲can参cang仓cao撡ce冊cen嵾ceng曽cha叉chai芆chan辿chang伥chao抄che车chen抻cheng阷' +
  'chi吃chong充chou抽chu出chua歘chuai揣chuan巛chuang刅chui吹chun旾chuo逴ci呲cong匆cou凑cu粗cuan汆' +
  'cui崔cun邨cuo搓da咑dai呆dan丹dang当dao刀de嘚den扥deng灯di氐dian敁diao刁die爹ding丁diu丟dong东' +
  'dou吺du厾duan耑dui垖dun吨duo多e妸ei诶en奀eng鞥er儿fa发fan帆fang匚fei飞fen分feng丰fiao覅fo仏fou紑' +
  'fu夫ga旮gai侅gan甘gang冈gao皋ge戈gei给gen根geng刯gong工gou勾gu估gua瓜guai乖guan关guang光gui归' +
  'gun丨guo呙ha哈hai咍han佄hang夯hao茠he诃hei黒hen拫heng亨hong叿hou齁hu乎hua花huai怀huan欢huang巟' +
  'hui灰hun昏huo吙ji丌jia加jian戋jiang江jiao艽jie阶jin巾jing坕jiong冂jiu丩ju凥juan姢jue噘jun军ka咔' +
  'kai开kan刊kang忼kao尻ke匼ken肎keng劥kong空kou抠ku扝kua夸kuai蒯kuan宽kuang匡kui亏kun坤kuo扩la垃' +
  'lai来lan兰lang啷lao捞le仂lei勒leng崚li哩lia俩lian奁liang良liao撩lie毟lin拎ling〇liu溜lo囖long龙' +
  'lou瞜lu噜lv驴luan娈lve掠lun抡luo罗ma妈mai埋man嫚mang牤mao猫me嚒mei呅men椚meng擝mi咪mian宀miao喵' +
  'mie乜min民ming名miu谬mo摸mou哞mu毪na拏nai腉nan囡nang囔nao孬ne疒nei娞nen恁neng能ni妮nian拈niang娘' +
  'niao鸟nie捏nin囜ning宁niu妞nong农nou羺nu奴nv女nuan奻nve疟nun黁nuo郍o喔ou讴pa妑pai拍pan眅pang乓' +
  'pao抛pei呸pen喷peng匉pi丕pian囨piao剽pie氕pin姘ping乒po钋pou剖pu仆qi七qia掐qian千qiang呛qiao悄' +
  'qie苆qin亲qing靑qiong卭qiu丘qu区quan奍que缺qun夋ran呥rang穣rao娆re惹ren人reng扔ri日rong戎rou厹' +
  'ru邚rua挼ruan堧rui婑run瞤ruo捼sa仨sai毢san三sang桒sao掻se閪sen森seng僧sha杀shai筛shan山shang伤' +
  'shao弰she奢shen申sheng升shi尸shou収shu书shua刷shuai衰shuan闩shuang双shui脽shun吮shuo说si厶song忪' +
  'sou凁su苏suan狻sui夊sun孙suo唆ta他tai囼tan坍tang汤tao夲te忑teng熥ti剔tian天tiao旫tie帖ting厅' +
  'tong囲tou偷tu凸tuan湍tui推tun吞tuo乇wa屲wai歪wan弯wang尣wei危wen昷weng翁wo挝wu乌xi夕xia虲xian仙' +
  'xiang乡xiao灱xie些xin心xing星xiong凶xiu休xu吁xuan吅xue削xun坃ya丫yan恹yang央yao幺ye倻yi一yin囙' +
  'ying应yo哟yong佣you优yu込yuan囦yue曰yun晕za帀zai災zan兂zang匨zao傮ze则zei贼zen怎zeng増zha扎' +
  'zhai夈zhan枬zhang张zhao佋zhe蜇zhen贞zheng凧zhi之zhong中zhou州zhu朱zhua抓zhuai拽zhuan专zhuang妆' +
  'zhui隹zhun宒zhuo拙zi乲zong宗zou邹zu租zuan钻zui厜zun尊zuo昨'

/** How some are read as a surname or in given names, where they are sorted under another reading. */
const ALSO =
  'bo薄bo柏bu卜chang长cheng盛chong种chong重du都ge盖hang行jiao觉ju车jue角kui隗miao缪mo万nuo那ou区piao朴qin覃' +
  'qiu仇shan单shao召she折sheng晟tan澹xi茜xian洗xie解xin莘yu尉yue乐yun员zang藏zeng曾zha查zhai祭zhai翟zhao朝zhuo卓'

const HAN = /\p{Script=Han}/u

type Table = {
  readonly compare: (a: string, b: string) => number
  readonly firsts: readonly (readonly [syllable: string, first: string])[]
  readonly also: ReadonlyMap<string, readonly string[]>
  /** What was asked before: as many as there are characters at most. */
  readonly known: Map<string, readonly string[]>
}

let table: Table | null = null

/** How well what is typed in Latin letters fits the reading of a name, both folded: 3 from its beginning, 1 within it, 0 not at all. */
export function pinyinRank(name: string, typed: string): 0 | 1 | 3 {
  if (!HAN.test(name)) return 0
  const letters = typed.replace(/[\s'’]/g, '')
  if (!/^[a-z]+$/.test(letters)) return 0
  const characters = Array.from(name).filter((character) => character !== ' ')
  const first = characters.findIndex((_, at) => fits(characters, at, letters, new Set()))
  return first < 0 ? 0 : first === 0 ? 3 : 1
}

/** Whether the letters are the beginnings of these characters' readings, one after the other; the last may break off. */
function fits(characters: readonly string[], at: number, letters: string, failed: Set<string>): boolean {
  if (letters === '') return true
  const character = characters[at]
  const place = `${at} ${letters.length}`
  if (character === undefined || failed.has(place)) return false
  const goesOn = readings(character).some(
    (reading) =>
      reading.startsWith(letters) ||
      beginnings(reading).some(
        (beginning) =>
          letters.startsWith(beginning) && fits(characters, at + 1, letters.slice(beginning.length), failed),
      ),
  )
  if (!goesOn) failed.add(place)
  return goesOn
}

/** What is typed for a syllable that others follow: all of it, or how it begins. */
function beginnings(reading: string): string[] {
  const initial = /^[zcs]h/.exec(reading)?.[0]
  return initial ? [reading, initial, reading.charAt(0)] : [reading, reading.charAt(0)]
}

/** The syllables of a Chinese character; anything else is its own. */
export function readings(character: string): readonly string[] {
  if (!HAN.test(character)) return [character]
  table ??= makeTable()
  const known = table.known.get(character)
  if (known) return known
  const found = [syllableOf(table, character), ...(table.also.get(character) ?? [])].flatMap((syllable) =>
    // There is no ü on the keyboard: some type v, others u.
    syllable.includes('v') ? [syllable, syllable.replace('v', 'u')] : [syllable],
  )
  table.known.set(character, found)
  return found
}

function syllableOf({ compare, firsts }: Table, character: string): string {
  let low = 0
  let high = firsts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(firsts[middle]![1], character) <= 0) low = middle + 1
    else high = middle
  }
  // What is sorted before all of them, or by a browser that knows no Chinese, is only itself.
  return firsts[low - 1]?.[0] ?? character
}

function makeTable(): Table {
  const { compare } = new Intl.Collator('zh-u-co-pinyin')
  // By their numbers these two stand the other way around.
  const firsts = compare('丁', '不') > 0 ? pairs(SYLLABLES) : []
  const also = new Map<string, string[]>()
  for (const [syllable, character] of pairs(ALSO))
    also.set(character, [...(also.get(character) ?? []), syllable])
  return { compare, firsts, also, known: new Map() }
}

function pairs(text: string): [string, string][] {
  return [...text.matchAll(/([a-z]+)([^a-z])/gu)].map(([, syllable, character]) => [syllable!, character!])
}
