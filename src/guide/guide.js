// Looks whether this browser trusts the box behind this door, shows it, and goes on by itself once it does.
;(() => {
  const LOOK_MS = 2000
  const ANSWER_MS_MAX = 5000
  /** Long enough to see, and to hear from a screen reader, that it worked. */
  const GREEN_MS = 1200

  const card = document.getElementById('test')
  const state = card.querySelector('.state')
  const [short, more] = [state.querySelector('strong'), state.querySelector('.small')]
  const open = document.getElementById('open')
  const without = document.getElementById('without')

  // The way on without is far below: it is led to from where the thumb is, and is open when one comes there.
  card.querySelector('.on').addEventListener('click', () => {
    without.open = true
    without.querySelector('summary').focus()
  })

  // An iPad says that it is a Mac, but no Mac has a touch screen.
  const ipad = document.querySelector('[data-ipad]')
  if (ipad && navigator.maxTouchPoints > 1) {
    location.replace(ipad.href)
    return
  }

  const show = (name, icon = name) => {
    if (state.dataset.text === name) return
    state.dataset.text = name
    state.dataset.state = icon
    state.hidden = false
    short.textContent = card.dataset[name]
    more.textContent = card.dataset[`${name}More`]
    open.hidden = icon !== 'green'
  }

  /** Whether HTTPS is answered. */
  const asked = async () => {
    const ended = new AbortController()
    const timer = setTimeout(() => ended.abort(), ANSWER_MS_MAX)
    try {
      const answer = await fetch(card.dataset.probe, {
        cache: 'no-store',
        credentials: 'omit',
        signal: ended.signal,
      })
      return answer.ok
    } catch {
      return false
    } finally {
      clearTimeout(timer)
    }
  }

  /** Whether a WebSocket gives back what it was given: some browsers allow the one and not the other. */
  const echoed = () =>
    new Promise((resolve) => {
      const word = `porch ${Date.now()}`
      const socket = new WebSocket(card.dataset.echo)
      const end = (well) => {
        clearTimeout(timer)
        socket.close()
        resolve(well)
      }
      const timer = setTimeout(end, ANSWER_MS_MAX, false)
      socket.onopen = () => socket.send(word)
      socket.onmessage = (event) => end(event.data === word)
      socket.onerror = () => end(false)
      socket.onclose = () => end(false)
    })

  let looks = 0
  /** Looks in a row at which the one worked and not the other: the first may have been bad luck. */
  let halves = 0
  let timer
  let busy = false
  const look = async () => {
    clearTimeout(timer)
    if (busy || document.hidden) return
    busy = true
    const answered = await asked()
    const trusted = answered && (await echoed())
    busy = false
    looks += 1
    halves = answered && !trusted ? halves + 1 : 0
    if (!trusted) {
      if (halves > 1) show('red')
      else show('waiting')
      timer = setTimeout(look, LOOK_MS)
    } else if (looks > 1) {
      show('green')
      timer = setTimeout(() => location.replace(open.href), GREEN_MS)
    } else if ('chosen' in card.dataset || 'old' in card.dataset) {
      // Somebody reads up for another device, for this one could have gone on before; or is to read that a poster is old.
      show('stay', 'green')
    } else {
      location.replace(open.href)
    }
  }

  show('looking', 'waiting')
  document.addEventListener('visibilitychange', look)
  addEventListener('pageshow', look)
  look()
})()
