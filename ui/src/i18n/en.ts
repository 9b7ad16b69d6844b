/**
 * The texts of the chat itself, in English: the measure for the other tables. `{name}` is filled in by
 * `t`; an entry with `one` and `other` follows the count `n`. Keys are `screen.text`. Those of screens
 * that are loaded on demand are in `enScreens.ts`, so that the first load stays small.
 */
export const en = {
  // --- Everywhere --------------------------------------------------------------------------------
  'common.back': 'Back',
  'common.close': 'Close',
  'common.loading': 'Loading…',
  'common.retry': 'Try again',
  'common.you': 'You',
  'person.deleted': 'Deleted account',
  'person.hereNow': 'Here now',
  'person.away': 'Not here',
  'person.gone': 'Not here any more',
  'room.everyone': 'Everybody',
  'room.saved': 'Saved messages',
  'room.archived': 'Archived',
  'room.members': { one: '{n} member', other: '{n} members' },

  // --- Shell: navigation, connection --------------------------------------------------------------
  'nav.main': 'Main',
  'nav.chats': 'Chats',
  'nav.people': 'People',
  'nav.search': 'Search',
  'nav.me': 'Settings',
  'nav.skip': 'Skip to the content',

  // --- Named in the chat already, though their screens come later --------------------------------------
  'details.title': 'Room details',
  'search.here': 'Search in this chat',
  'newChat.title': 'New chat',

  // --- Chat list, conversation ---------------------------------------------------------------------------------
  'chats.title': 'Chats',
  'chats.new': 'New chat or room',
  'chats.more': 'More rooms',
  'chats.emptyTitle': 'No chats yet',
  'chats.empty': 'Write to a person, or make a room for several.',
  'chats.chooseTitle': 'Choose a chat',
  'chats.choose': 'Pick one from the list, or begin a new one.',
  'chats.by': '{name}: {text}',
  'chats.byMe': 'You: {text}',
  'chats.draft': 'Draft:',
  'chats.typing': 'typing…',
  'chats.deleted': 'Message deleted',
  'chats.nothing': 'Nothing here yet',
  'chats.muted': 'Muted',
  'chats.unread': { one: '{n} unread', other: '{n} unread' },
  'chats.unsent': { one: '{n} message not sent yet', other: '{n} messages not sent yet' },
  'chat.messages': 'Messages',
  'chat.hereNow': { one: '{n} here now', other: '{n} here now' },
  'chat.beginTitle': 'Say hello',
  'chat.begin': 'Nobody has written here yet.',
  'chat.beginDirect': 'Only you and {name} are in this chat.',
  'chat.beginning': 'This is where it begins.',
  'chat.new': 'New',
  'chat.failed': 'The messages could not be loaded.',
  'chat.gone': 'That message is not here any more.',
  'message.deleted': 'This message was deleted',
  'message.waiting': 'Waiting to be sent',
  'message.sent': 'Sent',
  'message.edited': 'edited',
  'composer.label': 'Message to {room}',
  'composer.placeholder': 'Write a message',
  'composer.send': 'Send',
  'composer.gone': '{name} is not here any more. Nothing can be added here.',
  'composer.archived': 'This room is archived. It can be read, not written.',

  // --- Errors the server names: one for each code ---------------------------------------------------------------
  'error.busy': 'The box is busy. Try again in a moment.',
  'error.unexpected': 'Something unexpected happened. Try again.',
  'error.unreachable': 'The box cannot be reached just now.',
} as const
