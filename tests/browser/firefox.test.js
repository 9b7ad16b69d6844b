// The chat part in Firefox, with the box's CA in the profile of each person.

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
import { FirefoxTab, launch, skip } from './harness/firefox.js'
import { Porch } from './harness/porch.js'
import { story } from './harness/story.js'
import { bringThings, doodle, lookThrough, takePhoto } from './harness/things.js'
import { sayAloud } from './harness/voices.js'

describe('two people in Firefox', { skip }, () => {
  let porch, ada, grace
  const chapter = story()
  const browsers = []

  async function open(name) {
    const browser = await launch(porch, name)
    browsers.push(browser)
    return new FirefoxTab((await browser.pages())[0] ?? (await browser.newPage()))
  }

  before(async () => {
    porch = await Porch.start()
    ada = await open('ada')
    grace = await open('grace')
  })

  after(async () => {
    for (const tab of [ada, grace]) await tab?.leave()
    for (const browser of browsers) await browser.close()
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
  chapter('what is said aloud is heard as long as it was', () => sayAloud(ada, grace))
  chapter('a picture and a file come to the other, and are there after a reload and a restart', () =>
    bringThings(porch, ada, grace),
  )
  chapter('a doodle by pen and mouse has its ink where it was drawn', () => doodle(ada, grace))
  chapter('what the camera has seen the other sees', () => takePhoto(ada, grace))
  chapter('the gallery has what was sent, and a picture is looked at closely', () =>
    lookThrough(grace, porch.url('localhost'), 3),
  )
  chapter('an error in a page is told to the owner', () => tellOfAnError(porch, ada, grace))
})
