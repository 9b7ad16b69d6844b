/** Names of errors, and what browsers say with them: all that the box is told of what an error says. */

/** Those of the language, of the browser (WebIDL's DOMException), and our own. */
export const NAMES: ReadonlySet<string> = new Set(
  `AggregateError EvalError InternalError RangeError ReferenceError Refusal SyntaxError TypeError URIError
  AbortError ConstraintError DataCloneError DataError EncodingError HierarchyRequestError IndexSizeError
  InvalidAccessError InvalidCharacterError InvalidModificationError InvalidNodeTypeError InvalidStateError
  NamespaceError NetworkError NotAllowedError NotFoundError NotReadableError NotSupportedError OperationError
  OverconstrainedError QuotaExceededError ReadOnlyError SecurityError TimeoutError TransactionInactiveError
  UnknownError VersionError WrongDocumentError`.split(/\s+/),
)

/**
 * Messages of Chromium, Firefox and WebKit with `…` for what they quote, the narrower ones first. A message that fits one
 * is told as it stands here.
 */
export const SAYINGS: readonly string[] = [
  'Cannot read properties of undefined (reading …)',
  'Cannot read properties of null (reading …)',
  'Cannot set properties of undefined (setting …)',
  'Cannot set properties of null (setting …)',
  'Cannot destructure …',
  'Cannot convert undefined or null to object',
  'Cannot convert …',
  'Cannot access … before initialization',
  'Cannot access uninitialized variable.',
  "Cannot use 'in' operator …",
  'Assignment to constant variable.',
  "Can't find variable: …",
  "can't access property …, … is undefined",
  "can't access property …, … is null",
  "can't access lexical declaration …",
  'undefined is not an object (evaluating …)',
  'null is not an object (evaluating …)',
  'undefined is not iterable …',
  '… is not a function. (In …)',
  '… is not a function or its return value is not iterable',
  '… is not a function',
  '… is not a constructor',
  '… is not iterable',
  '… is not defined',
  '… is undefined',
  '… is null',
  'Maximum call stack size exceeded',
  'Maximum call stack size exceeded.',
  'too much recursion',
  'Invalid array length',
  'Invalid time value',
  'Invalid string length',
  'Array buffer allocation failed',
  'out of memory',
  'Out of memory',
  'Unexpected end of JSON input',
  '… is not valid JSON',
  'JSON.parse: …',
  'JSON Parse error: …',
  'Invalid regular expression: …',
  'Invalid URL: …',
  'Invalid URL',
  'Unexpected token …',
  'Invalid or unexpected token',
  'Failed to fetch dynamically imported module: …',
  'error loading dynamically imported module: …',
  'Importing a module script failed.',
  'Unable to preload CSS for …',
  'Failed to fetch',
  'Load failed',
  'NetworkError when attempting to fetch resource.',
  'Failed to execute …',
  'Failed to construct …',
  'Failed to set …',
  'Failed to read …',
  'The operation was aborted. …',
  'The operation was aborted.',
  'signal is aborted without reason',
  'signal timed out',
  'The user aborted a request.',
  'The operation timed out.',
  'The operation is insecure.',
  'The object is in an invalid state.',
  'The database connection is closing.',
  'Connection to Indexed Database server lost. …',
  'Internal error opening backing store for indexedDB.open.',
  'Script error.',
  'The play() request was interrupted …',
]
