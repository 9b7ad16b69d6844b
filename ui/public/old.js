// For browsers that cannot read the page's own script: shows words that stand in the page. In the language of 2009.
;(function () {
  function tell() {
    var words = document.getElementById('old')
    // They are gone once the page is there.
    if (words) words.removeAttribute('hidden')
  }
  // Where modules are known, one that cannot be parsed is an error of the window.
  if ('noModule' in document.createElement('script')) window.addEventListener('error', tell)
  else window.onload = tell
})()
