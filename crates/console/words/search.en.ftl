search-title = Search
search-help = Type a part of a customer's name, an agreement's title, or an id.
search-none = Nothing you may see is called “{ $asked }”.
search-palette = Go to
search-palette-help = ↑ ↓ choose · Enter opens · Esc closes

keys-title = Keys
keys-find = Find something
keys-help = Show these keys
keys-go = Go to an entry of the menu: its number
keys-close = Close what is open
keys-done = Close
keys-or = or
keys-then = then
