/*
 * For browsers that cannot read the page's own script: a sentence instead of an empty page. Written in the
 * language of 2009, so that they can read this one.
 */
;(function () {
  function tell() {
    var app = document.getElementById('app')
    var lines = [
      'This browser is too old for porch. Please use a newer one: Chrome, Edge, Firefox or Safari from 2024 or later.',
      '这个浏览器太旧，无法使用 porch。请换用 2024 年或更新的 Chrome、Edge、Firefox 或 Safari。',
    ]
    var i, line
    if (!app || app.firstChild) return
    for (i = 0; i < lines.length; i++) {
      line = document.createElement('p')
      line.appendChild(document.createTextNode(lines[i]))
      app.appendChild(line)
    }
  }
  // Where modules are known, one that cannot be parsed is an error of the window.
  if ('noModule' in document.createElement('script')) window.addEventListener('error', tell)
  else window.onload = tell
})()
