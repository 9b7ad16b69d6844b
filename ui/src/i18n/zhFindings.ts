import type { Finding } from '../protocol'

/**
 * 主机检查的结果，每项两句：发现了什么，该怎么办（没有就留空）。`{名字}` 填入数值，`{名字|字样}` 在数值为空时用字样，
 * `{名字:span}` 是一段时间，`{名字:size}` 是以 MB 计的大小。英文由主机自己给出。
 */
export const zhFindings: { readonly [F in Finding]: readonly [says: string, advice: string] } = {
  port_held: ['porch正在端口{port}上提供{scheme}。', ''],
  port_free: ['端口{port}空闲，可用于{scheme}。', ''],
  port_fallback: [
    'porch的{scheme}使用端口{port}，而不是{wanted}：地址后面要加上“:{port}”。',
    '1024以下的端口需要CAP_NET_BIND_SERVICE权限。用systemd启动就会有；也可以对porch的程序文件执行sudo setcap cap_net_bind_service=+ep。然后重新启动porch。',
  ],
  port_taken: [
    '{scheme}需要的端口{port}已被{by|另一个程序}占用。',
    '停掉{by|那个程序}，或用 --{scheme}给porch换一个端口。',
  ],
  port_denied: [
    'porch无权把端口{port}用于{scheme}。',
    '1024以下的端口需要CAP_NET_BIND_SERVICE权限：请用systemd启动porch，或用 --{scheme}选一个更大的端口。',
  ],
  port_unusable: [
    '端口{port}不能用于{scheme}：{reason}。',
    '请检查 --{scheme}，其中的地址必须属于这台机器。',
  ],
  port_silent: [
    'porch在运行，但端口{port}上的{scheme}没有回应。',
    '重新启动它（systemctl restart porch），并查看日志（journalctl -u porch）。',
  ],
  addresses_found: ['主机在网络中的地址是{addresses}。', ''],
  addresses_several: ['主机在网络中有多个地址：{addresses}。', ''],
  addresses_link_local: [
    '主机只有自己分配的地址{addresses}，网络里没有设备分发地址。',
    '检查网线是否接到路由器，或主机是否连上了Wi-Fi。',
  ],
  addresses_none: ['主机在任何网络里都没有地址，谁也连不上它。', '插好网线，或让主机连上Wi-Fi。'],
  multicast_works: ['{interface}上的组播收发正常。', ''],
  multicast_off: [
    '{interface}上的组播已关闭，在那里找不到主机的名字。',
    '打开它：sudo ip link set {interface} multicast on。在此之前可以用数字地址。',
  ],
  multicast_unsent: [
    '{interface}上发不出组播：{reason}。',
    '检查防火墙和ip addr show {interface}。在此之前可以用数字地址。',
  ],
  multicast_unheard: [
    '{interface}上发出的组播收不到。',
    '很可能被防火墙拦下了：请放行发往224.0.0.251的UDP 5353端口。在此之前可以用数字地址。',
  ],
  multicast_v6: [
    '{interface}上的IPv4组播正常，IPv6组播不行：{reason}。',
    '多数人不会察觉。可能是防火墙拦下了发往ff02::fb的UDP 5353端口。',
  ],
  multicast_unneeded: ['mDNS已关闭，不需要组播，也没有尝试。', ''],
  multicast_nowhere: ['没有网络，无法尝试组播。', '请看“地址”一项。'],
  responders_none: ['这台机器上没有别的程序应答.local名字。', ''],
  responders_beside: ['{by|另一个程序}也在应答.local名字，并共用端口。', ''],
  responders_exclusive: [
    '{by|另一个程序}独占了UDP 5353端口，主机无法应答自己的.local名字。',
    '停掉{by|那个程序}，或让它共用端口。',
  ],
  name_held: ['可以用{name}找到主机。', ''],
  name_free: ['网络里没有别的设备叫{name}。', ''],
  name_looking: ['主机正在询问{name}是否空闲。', ''],
  name_off: ['主机没有公布名字：mDNS已关闭。', ''],
  name_taken: [
    '另一台设备也叫{name}，地址：{by|未知}。这台主机只能用{alias|数字地址}找到。',
    '给其中一台换个名字（--name），或使用{alias|数字地址}。',
  ],
  name_unheard: [
    'porch在运行，但没有人应答{name}。',
    '请看“组播”和“其他应答程序”两项。在此之前可以用数字地址。',
  ],
  clock_right: ['时钟已同步。', ''],
  clock_unsynchronized: ['时钟没有人校准，但它的时间说得通。', ''],
  clock_behind: [
    '时钟至少慢了{off_s:span}。',
    '请校准：在手机上打开所有者的设置，或执行sudo timedatectl set-time。',
  ],
  clock_ahead: [
    '时钟至少快了{off_s:span}。',
    '请校准：在手机上打开所有者的设置，或执行sudo timedatectl set-time。',
  ],
  certificate_good: ['证书还有{days}天有效，到期前会自动更新。', ''],
  certificate_absent: ['还没有证书，porch启动时会生成。', ''],
  certificate_ends: ['证书还有{days}天到期，本应已经更新。', '重新启动porch，并查看日志。'],
  certificate_ended: ['证书已过期，浏览器会拒绝这台主机。', '先检查时钟，再重新启动porch，并查看日志。'],
  certificate_lacks: [
    '证书里没有{missing}，用它访问时浏览器会警告。',
    '本地名字和私有地址会在几秒内自动加入。其他的要在首次启动前写进 --names或 --ranges，或写在自备的证书里。',
  ],
  certificate_broken: [
    '主机的证书颁发机构不能用：{reason}。',
    '从备份恢复tls文件夹。没有备份就删掉它，之后每台设备都要重新信任这台主机。',
  ],
  certificate_own_good: ['自备的证书还有{days}天有效。', ''],
  certificate_own_ends: [
    '自备的证书还有{days}天到期，porch不能替你更新。',
    '把新证书放进 --cert和 --key指定的文件。',
  ],
  certificate_own_ended: [
    '自备的证书已过期，浏览器会拒绝这台主机。',
    '把新证书放进 --cert和 --key指定的文件。',
  ],
  certificate_own_unanswered: [
    '自备的证书里还有porch不会应答的名字：{names}。',
    '只有由字母、数字、连字符和点组成的名字会得到应答：请使用这样的名字，或为它另做一张证书。',
  ],
  certificate_own_broken: ['自备的证书不能用：{reason}。', '检查 --cert和 --key指定的文件。'],
  disk_space_good: ['还有{free_mb:size}可以存放消息。', ''],
  disk_space_low: [
    '只剩{free_mb:size}，占磁盘的{percent}%。',
    '腾出空间：删掉磁盘上的其他东西，或换一块更大的。',
  ],
  disk_space_full: [
    '磁盘已满：只剩{free_mb:size}，新消息会被拒绝。',
    '腾出空间：删掉磁盘上的其他东西，或换一块更大的。',
  ],
  disk_speed_good: ['一条消息在{ms}毫秒内安全写入磁盘。', ''],
  disk_speed_slow: [
    '写入一条消息要{ms}毫秒，人多时会觉得慢。',
    '换用更好的存储卡（A1或A2）或固态硬盘会有改善。变慢的卡可能快坏了，请先备份。',
  ],
  disk_speed_bad: ['写入一条消息要{ms}毫秒。', '磁盘已经老化，或不适合这种用途：请备份后更换。'],
  disk_speed_failed: [
    '存放消息的地方写不进去：{reason}。',
    '请看“数据文件夹”一项。如果那里正常，磁盘可能快坏了，请先备份。',
  ],
  files_good: ['大家发送的文件：{count}个，共{mb:size}。正在上传：{unfinished}个。', ''],
  files_uncounted: ['正在统计大家发送的文件。正在上传：{unfinished}个。', ''],
  files_removed: ['最近一次启动时删除的不再需要的文件：{removed}个。', ''],
  files_missing: [
    '消息中显示、却已不在磁盘上的文件：{missing}个，其中有：{paths}。',
    '请从备份中把它们按这些名称放回数据文件夹，再重新启动porch。没有备份的话它们就丢失了：发送者可以重新发送。如果没有人删除过它们，请检查磁盘。',
  ],
  files_no_space: [
    '没有空间存放更多文件：还剩{free_mb:size}，其中{kept_mb:size}要留给消息和系统。',
    '请在聊天中删除大文件（主机页面会显示谁发送得最多），删除磁盘上的其他内容，或换用更大的磁盘。',
  ],
  open_files_good: ['porch最多可以打开{limit}个文件和连接。', ''],
  open_files_low: [
    'porch最多只能打开{limit}个文件和连接，满员时需要{wanted}个。',
    '提高上限：systemd服务文件里的LimitNOFILE，或ulimit -n。',
  ],
  data_folder_good: ['数据文件夹{path}可用，且不对别人开放。', ''],
  data_folder_new: ['数据文件夹{path}还不存在，porch启动时会创建。', ''],
  data_folder_elsewhere: [
    'porch在这台机器上运行，但用的不是数据文件夹{path}。',
    '用 --data-dir指明是哪一个（systemd服务用的是/var/lib/porch），并以root身份执行。',
  ],
  data_folder_missing: [
    '数据文件夹{path}不存在，也无法创建：{reason}。',
    '用 --data-dir指定另一个，或先建好它并交给运行porch的用户。',
  ],
  data_folder_read_only: [
    '数据文件夹{path}所在的磁盘只能读。',
    '系统在出错后会停止写入磁盘：请先备份，再检查磁盘，或以可写方式挂载。',
  ],
  data_folder_denied: [
    '当前用户不能写入数据文件夹{path}。',
    '请以运行porch的用户或root身份执行，或把文件夹交给那个用户。',
  ],
  data_folder_open: [
    '这台机器上的其他用户能查看数据文件夹{path}（权限{mode}）。',
    'porch启动时会收紧权限；也可以执行chmod 700 {path}。',
  ],
  data_folder_in_memory: [
    '数据文件夹{path}在内存里，断电后一切都会丢失。',
    '用 --data-dir指定磁盘上的文件夹。',
  ],
  data_folder_remote: [
    '数据文件夹{path}在另一台机器上（{kind}），网络中断时数据库可能损坏。',
    '用 --data-dir指定这台机器磁盘上的文件夹。',
  ],
  database_good: ['数据库在，粗看之下完好。', ''],
  database_newer: [
    '数据库由更新的porch创建：它的格式是{found}，这个porch只认到{known}。',
    '请重新安装那个版本。',
  ],
  database_broken: [
    '数据库已损坏：{reason}。',
    '先停止porch，把整个数据文件夹复制一份，再做别的。然后从备份恢复数据库；没有备份时，sqlite3 porch.db .recover能读出还能读的部分。',
  ],
  database_failing: [
    '磁盘出错：{reason}。',
    '没有迹象表明数据库损坏。请先把整个数据文件夹复制到另一块磁盘，再检查这块磁盘。',
  ],
  database_full: [
    '磁盘已满：新内容存不下来，已经保存的没有丢。',
    '腾出空间：删掉磁盘上的其他东西，或换一块更大的。porch会自行继续。',
  ],
  database_gone: [
    '数据文件夹{path}曾经用过，但数据库不见了，porch不会启动。',
    '请从备份恢复porch.db。要从头开始（没有任何人和消息），请运行porch begin-anew --data-dir {path}。',
  ],
  database_lost: [
    '数据库丢了最新的一部分：缺少已经保存过的{events|一些}条消息和改动。{ago_s:span}前发现。',
    '现有的内容是完好的。如果有更新的数据文件夹副本，请停止porch并整个恢复。会丢失已保存内容的存储卡快坏了：请备份并更换。',
  ],
  unchecked: ['这一项没能检查：{reason}。', '请以运行porch的用户或root身份再试。'],
}
