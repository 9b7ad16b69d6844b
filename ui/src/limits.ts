// Generated from src/proto by `cargo xtask types`. Do not edit. Each has its reason in src/proto/limits.rs.

export const PROTOCOL_VERSION = 2
export const ADD_MEMBERS_MAX = 100
export const ATTEMPT_KEPT_MS = 86400000
export const ALT_CHARS_MAX = 500
export const ATTACHMENTS_MAX = 10
export const BEACON_ERRORS_MAX = 10
export const BODY_CHARS_MAX = 8000
export const CLIENT_FRAME_BYTES_MAX = 90000
export const ERROR_TEXT_CHARS_MAX = 100
export const FILE_BYTES_MAX = 2147483648
export const FILE_BYTES_MAX_LEAST = 1000000
export const IDENT_BYTES_MAX = 40
export const INVITE_NOTE_CHARS_MAX = 64
export const INVITE_ROOMS_MAX = 32
export const NAME_MARKS_MAX = 8
export const PREVIEW_CHARS_MAX = 120
export const QUERY_CHARS_MAX = 200
export const ROOM_NAME_CHARS_MAX = 64
export const STACK_FRAMES_MAX = 12
export const STACK_FRAME_BYTES_MAX = 96
export const USER_NAME_CHARS_MAX = 32
export const VOICE_LEVELS_MAX = 64
export const VOICE_MS_MAX = 900000
export const WIFI_NAME_BYTES_MAX = 32
export const HEARTBEAT_INTERVAL_MS = 20000
export const HEARTBEAT_TTL_MS = 45000
