/** 简体中文。键与英文表一致，缺一个就无法编译。 */
import type { Table } from './table'

export const zh: Table = {
  // --- 通用 ---------------------------------------------------------------------------------------
  'common.back': '返回',
  'common.close': '关闭',
  'common.loading': '正在加载…',
  'common.retry': '重试',
  'common.you': '你',
  'person.deleted': '已注销的账号',
  'person.hereNow': '在线',
  'person.away': '不在线',
  'person.gone': '已不在这里',
  'room.everyone': '所有人',
  'room.saved': '我的收藏',
  'room.archived': '已归档',
  'room.members': { other: '{n}位成员' },

  // --- 外壳：导航与连接 ------------------------------------------------------------------------------
  'nav.main': '主导航',
  'nav.chats': '聊天',
  'nav.people': '成员',
  'nav.search': '搜索',
  'nav.me': '设置',
  'nav.skip': '跳到正文',

  // --- 聊天界面就会提到的页面名称 -------------------------------------------------------------------------
  'details.title': '房间详情',
  'search.here': '在本聊天中搜索',
  'newChat.title': '新聊天',

  // --- 遇到阻碍时的页面 ----------------------------------------------------------------------------------

  // --- 聊天列表与对话 --------------------------------------------------------------------------------
  'chats.title': '聊天',
  'chats.new': '新的聊天或房间',
  'chats.more': '更多房间',
  'chats.emptyTitle': '还没有聊天',
  'chats.empty': '给某个人写消息，或者建一个多人房间。',
  'chats.chooseTitle': '选择一个聊天',
  'chats.choose': '从列表中选一个，或者开始新的聊天。',
  'chats.by': '{name}：{text}',
  'chats.byMe': '你：{text}',
  'chats.draft': '草稿：',
  'chats.typing': '正在输入…',
  'chats.deleted': '消息已删除',
  'chats.nothing': '还没有消息',
  'chats.muted': '已静音',
  'chats.unread': { other: '{n}条未读' },
  'chats.unsent': { other: '{n}条消息尚未发送' },
  'chat.messages': '消息',
  'chat.hereNow': { other: '{n}人在线' },
  'chat.beginTitle': '打个招呼吧',
  'chat.begin': '这里还没有人发过消息。',
  'chat.beginDirect': '这个聊天里只有你和{name}。',
  'chat.beginning': '这是最早的消息。',
  'chat.new': '新消息',
  'chat.failed': '消息加载失败。',
  'chat.gone': '这条消息已经不在了。',
  'message.deleted': '这条消息已被删除',
  'message.waiting': '等待发送',
  'message.sent': '已发送',
  'message.edited': '已编辑',
  'composer.label': '发给{room}的消息',
  'composer.placeholder': '写消息',
  'composer.send': '发送',
  'composer.gone': '{name}已经不在这里了。这里不能再发消息。',
  'composer.archived': '房间已归档，只能阅读，不能发言。',

  // --- 服务器给出的错误，每个代码一句 -----------------------------------------------------------------------
  'error.busy': '主机正忙，请稍后再试。',
  'error.unexpected': '出现了意外情况，请重试。',
  'error.unreachable': '暂时连不上主机。',
}
