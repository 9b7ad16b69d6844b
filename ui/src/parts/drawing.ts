/** The pictures of empty places. */
export type DrawingName =
  | 'porch'
  | 'people'
  | 'search'
  | 'nothing'
  | 'away'
  | 'lost'
  | 'old'
  | 'elsewhere'
  | 'farewell'
  | 'locked'
