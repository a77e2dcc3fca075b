// One key for each element that names one: links and buttons are followed, fields are gone to.
'use strict';
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const field = event.target.closest('input, select, textarea');
  if (field) {
    if (event.key === 'Escape') field.blur();
    return;
  }
  for (const target of document.querySelectorAll('[data-key]')) {
    if (target.dataset.key === event.key) {
      event.preventDefault();
      if (target.matches('a, button, summary')) target.click();
      else target.focus();
      return;
    }
  }
});
