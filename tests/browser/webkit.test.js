// The chat part in WebKitGTK, the nearest that Debian has to Safari.

import { after, before, describe } from 'node:test'
import {
  beNotified,
  findAgain,
  findHere,
  growWithTheText,
  join,
  openWhereOneWas,
  talkForAll,
  talkInPrivate,
  tellOfAnError,
} from './harness/chat.js'
import { answerWords, editWords, passOn } from './harness/edits.js'
import { pickEmoji } from './harness/emoji.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'
import { bringThings, choosePhotoInstead, doodle, lookThrough } from './harness/things.js'
import { sayWhyNot } from './harness/voices.js'
import { skip, WebKit } from './harness/webkit.js'

describe('two people in WebKitGTK', { skip }, () => {
  let porch, ada, grace
  const chapter = story()

  before(async () => {
    porch = await Porch.start()
    ada = await WebKit.launch()
    grace = await WebKit.launch()
  })

  after(async () => {
    for (const tab of [ada, grace]) {
      await tab?.leave()
      await tab?.close()
    }
    await porch?.stop()
  })

  chapter('they join and see each other', async () => {
    await join(ada, porch.url('localhost'), 'Ada')
    await join(grace, porch.url('localhost'), 'Grace')
    await ada.press('nav a', 'People')
    await ada.see('h2', '2 people are here now')
    await ada.press('nav a', 'Chats')
  })

  chapter('they talk in the room for everybody, and see who is typing', () => talkForAll(ada, grace))
  chapter('what was written is edited, and both see it', () => editWords(ada, grace))
  chapter('it is forwarded, saved, and the copy of it deleted', () => passOn(ada, grace))
  chapter('it is reacted to, replied to, pinned and marked as unread', () => answerWords(porch, ada, grace))
  chapter('an emoji is picked, another named, and both are seen', () => pickEmoji(ada, grace))
  chapter('they talk in private, and unread messages are counted', () => talkInPrivate(ada, grace))
  chapter('who looks elsewhere is told, where the browser can tell', () => beNotified(ada, grace))
  chapter('the field grows with what is typed', () => growWithTheText(ada))
  chapter('a long conversation opens where one left off', () => openWhereOneWas(ada, grace))
  chapter('after a reload all is there, and two Chinese characters find it', () =>
    findAgain(ada, porch.url('localhost')),
  )
  chapter('what was said is found within the room, and marked', () => findHere(ada))
  chapter('it says that it records no sound', () => sayWhyNot(ada))
  chapter('a picture and a file come to the other, and are there after a reload and a restart', () =>
    bringThings(porch, ada, grace),
  )
  chapter('a doodle by pen and mouse has its ink where it was drawn', () => doodle(ada, grace))
  chapter('where there is no camera that is said, and a picture does', () =>
    choosePhotoInstead(porch, ada, grace),
  )
  chapter('the gallery has what was sent, and a picture is looked at closely', () =>
    lookThrough(grace, porch.url('localhost'), 3),
  )
  chapter('an error in a page is told to the owner', () => tellOfAnError(porch, ada, grace))
})
