export type Level = 'ok' | 'problem' | 'warning'
export type Check =
  | 'ports'
  | 'addresses'
  | 'multicast'
  | 'responders'
  | 'name'
  | 'clock'
  | 'certificate'
  | 'disk_space'
  | 'disk_speed'
  | 'open_files'
  | 'data_folder'
export type Checked = {
  check: Check
  level: Level
  finding: string
  values: { [key in string]: string }
  says: string
  advice: string
}
export type Report = { checks: Array<Checked> }
