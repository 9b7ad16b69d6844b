/** Where a browser keeps the last session of which it has told. Apart, so that the chat needs nothing else to know it. */
export const NEW_PLACE_KEY = 'porch.newPlace'
