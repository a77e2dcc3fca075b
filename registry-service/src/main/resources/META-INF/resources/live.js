// Keeps the part of a page that changes up to date. The browser reconnects by itself; every event has all of the part.
'use strict';
const part = document.getElementById('live');
const said = document.getElementById('live-state');
let source = null;
let waiting = null;
let ended = false;

function put(html) {
  if (part.contains(document.activeElement)) {
    waiting = html; // whoever is in it with the keyboard is not thrown out
    return;
  }
  waiting = null;
  const open = [...part.querySelectorAll('.scroll')].map(box => box.scrollLeft);
  part.innerHTML = html;
  part.querySelectorAll('.scroll').forEach((box, i) => { box.scrollLeft = open[i] || 0; });
}

function connect() {
  if (source || ended || document.hidden) return;
  source = new EventSource(part.dataset.events);
  source.addEventListener('open', () => { said.textContent = 'live'; });
  source.addEventListener('progress', event => {
    const now = JSON.parse(event.data);
    put(now.html);
    if (now.ended) {
      ended = true;
      source.close();
      said.textContent = 'ended';
    }
  });
  source.addEventListener('error', () => { said.textContent = 'connection lost, trying again'; });
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden && source && !ended) {
    source.close();
    source = null;
    said.textContent = 'paused';
  }
  connect();
});
part.addEventListener('focusout', () => setTimeout(() => { if (waiting !== null) put(waiting); }, 0));
window.addEventListener('pagehide', () => { if (source) source.close(); });
connect();
