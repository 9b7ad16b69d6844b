/**
 * What plays voice messages: one at a time, also while one moves to another room, and the next one after it. It has the page's
 * one sounding element for them, which whatever else is heard in the page makes pause, and pauses itself.
 */
import { chat } from '../chat'
import { attachedPath } from '../core/attached'
import { HeardMap } from '../core/heardMap.svelte'
import { errorText, t } from '../i18n/screens'
import { toasts } from '../parts/toasts.svelte'
import type { Message, RoomId, Voice } from '../protocol'
import { heardMarks } from './marks'
import { nextVoice } from './next'
import { followPlaying } from './playing'

const SPEEDS = [1, 1.5, 2] as const
type Speed = (typeof SPEEDS)[number]

/** Voice messages of which it is remembered where one was in them. */
const PLACES_KEPT_MAX = 100

/** One voice message, and its place in what the message brings. */
export type Track = { readonly message: Message; readonly place: number; readonly voice: Voice }

const keyOf = (message: Message, place: number) => `${message.id}/${place}`

class Player {
  /** What is played, or was and is not put away. */
  track = $state.raw<Track | null>(null)
  isPlaying = $state(false)
  /** Of all of them: whoever is in a hurry is so with the next, too. */
  speed = $state<Speed>(1)

  /** Milliseconds from the beginning, of the current one, and of others that were not played to their end. */
  #at = $state(0)
  #places = new HeardMap<string, number>()
  #unplayable = new HeardMap<string, true>()
  #audio: HTMLAudioElement | null = null

  isOn(message: Message, place: number): boolean {
    return this.track?.message.id === message.id && this.track.place === place
  }

  /** Where one is in it. */
  at(message: Message, place: number): number {
    return this.isOn(message, place) ? this.#at : (this.#places.get(keyOf(message, place)) ?? 0)
  }

  /** Whether this browser has said that it cannot play it. */
  isUnplayable(message: Message, place: number): boolean {
    return this.#unplayable.has(keyOf(message, place))
  }

  toggle(track: Track): void {
    if (this.isPlaying && this.isOn(track.message, track.place)) this.#audio?.pause()
    else void this.play(track)
  }

  async play(track: Track): Promise<void> {
    const { message, place, voice } = track
    if (!this.isOn(message, place)) this.#take(track)
    const audio = this.#element()
    if (this.#at >= voice.ms) this.#go(0)
    try {
      await audio.play()
    } catch (thrown) {
      // Something else was wanted before it began; or it failed, which is told by `error`.
      if (!(thrown instanceof DOMException && thrown.name === 'AbortError')) this.#failed()
    }
  }

  /** To another place in it, whether it is played or not. */
  seek({ message, place }: Track, to: number): void {
    if (this.isOn(message, place)) this.#go(to)
    else this.#remember(keyOf(message, place), to)
  }

  hurry(): void {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length]!
    this.#setSpeed()
  }

  /** Puts it away, and forgets nothing of where one was. */
  close(): void {
    this.#audio?.pause()
    if (this.track) this.#remember(keyOf(this.track.message, this.track.place), this.#at)
    this.track = null
    this.#audio?.removeAttribute('src')
    this.#audio?.load()
  }

  #take(track: Track): void {
    this.close()
    const { message, place } = track
    this.track = track
    this.#at = this.#places.get(keyOf(message, place)) ?? 0
    const audio = this.#element()
    audio.src = attachedPath(message.id, place)
    audio.currentTime = this.#at / 1_000
    this.#setSpeed()
  }

  #go(to: number): void {
    this.#at = to
    if (this.#audio) this.#audio.currentTime = to / 1_000
  }

  #setSpeed(): void {
    if (this.#audio) this.#audio.defaultPlaybackRate = this.#audio.playbackRate = this.speed
  }

  /** In the document: what is played elsewhere in the page hears of it by that. */
  #element(): HTMLAudioElement {
    if (this.#audio) return this.#audio
    followPlaying()
    const audio = document.createElement('audio')
    audio.hidden = true
    audio.preload = 'none'
    audio.onplay = () => this.#began()
    audio.onplaying = () => this.#isHeard()
    audio.onpause = () => (this.isPlaying = false)
    audio.onended = () => void this.#ended()
    audio.onerror = () => this.#failed()
    document.body.append(audio)
    return (this.#audio = audio)
  }

  /** It sounds: what is still being loaded, or cannot be played, is not heard. */
  #isHeard(): void {
    const message = this.track?.message
    if (!message || message.author === chat.me?.id || !chat.rooms.get(message.room)) return
    heardMarks.mark(message.room, message.id)
  }

  #began(): void {
    this.isPlaying = true
    // The browser tells of the time four times a second: between that it is looked at.
    const look = () => {
      if (!this.isPlaying || !this.#audio || !this.track) return
      this.#at = Math.min(this.track.voice.ms, this.#audio.currentTime * 1_000)
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }

  /** Whoever has said something else meanwhile is heard next. */
  async #ended(): Promise<void> {
    const track = this.track
    this.isPlaying = false
    this.#go(0)
    if (!track) return
    const next = await nextUnheard(track.message)
    // Something else was begun while that was asked for.
    if (this.track !== track || this.isPlaying) return
    if (next) await this.play(next)
    else if (!isLookedAt(track.message.room)) this.close()
  }

  #failed(): void {
    const { track } = this
    if (!track || !this.#audio?.getAttribute('src')) return
    this.isPlaying = false
    if (chat.link.is === 'open') this.#unplayable.set(keyOf(track.message, track.place), true)
    const isSeen = chat.link.is === 'open' && isLookedAt(track.message.room)
    if (!isSeen)
      toasts.show(chat.link.is === 'open' ? t('attached.unplayable') : errorText('unreachable'), 'fault')
    this.close()
  }

  #remember(key: string, at: number): void {
    this.#places.delete(key)
    if (at <= 0) return
    this.#places.set(key, at)
    const [oldest] = this.#places.keys()
    if (this.#places.size > PLACES_KEPT_MAX) this.#places.delete(oldest!)
  }
}

export const player = new Player()

const isLookedAt = (room: RoomId) => chat.rooms.get(room)?.looked != null

/** The next voice message of others in the room that was not heard yet, on any device. */
async function nextUnheard(after: Message): Promise<Track | null> {
  const rows = () => chat.rooms.get(after.room)?.timeline.at(after.n)?.rows ?? []
  const isOthers = (message: Message) => message.author !== chat.me?.id
  const first = nextVoice(
    rows(),
    after,
    (message) => isOthers(message) && heardMarks.hasHeard(message.id) !== true,
  )
  if (!first) return null
  if (heardMarks.hasHeard(first.id) === undefined) await heardMarks.know(first.room, [first.id])
  if (heardMarks.hasHeard(first.id)) return nextUnheard(first)
  const voice = first.attachments?.[0]?.what
  return voice?.type === 'voice' ? { message: first, place: 0, voice } : null
}
