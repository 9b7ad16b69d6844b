//! What to do on each system, step by step, in the words its own screens have.

use super::device::Device;
use super::lang::{Said, said};
use super::picture::{Picture, Row};

/// One step. `*stars*` are around what stands on the screen.
pub(super) struct GuideStep {
    pub(super) text: Said,
    pub(super) picture: Option<Picture>,
}

const fn step(text: Said) -> GuideStep {
    GuideStep { text, picture: None }
}

const fn drawn(text: Said, picture: Picture) -> GuideStep {
    GuideStep { text, picture: Some(picture) }
}

/// The steps after the button with the file was pressed.
pub(super) fn steps(device: Device) -> &'static [GuideStep] {
    match device {
        Device::Ios => IOS,
        Device::Android => ANDROID,
        Device::AndroidFirefox => ANDROID_FIREFOX,
        Device::Windows => WINDOWS,
        Device::Mac => MAC,
        Device::Linux | Device::ChromeOs => CHROME,
        Device::Firefox => FIREFOX,
    }
}

/// What may still be in the way when all is done and the test still waits.
pub(super) fn stuck(device: Device) -> Said {
    match device {
        Device::Ios => said(
            "Still waiting? Then the switch of the step before the last is most likely still off: both steps in Settings are needed.",
            "还在等待？多半是倒数第二步的开关没有打开：“设置”里的两步都要做。",
        ),
        Device::AndroidFirefox => said(
            "No secret settings, or no such switch? Then this Firefox cannot do it: use Chrome, or Firefox Beta.",
            "找不到秘密设置，或没有这个开关？那这个Firefox做不到：请改用Chrome或Firefox Beta。",
        ),
        _ => said(
            "Still waiting? Close all windows of this browser, start it again and come back here.",
            "还在等待？请关闭这个浏览器的所有窗口，重新打开，再回到本页。",
        ),
    }
}

const IOS: &[GuideStep] = &[
    drawn(
        said("Allow the download. (Only *Safari* can do this.)", "允许下载。（只有*Safari*浏览器可以。）"),
        Picture::Question(
            &[
                said("This website is trying to download", "此网站正尝试下载一个"),
                said("a configuration profile.", "配置描述文件。"),
            ],
            said("Ignore", "忽略"),
            said("Allow", "允许"),
        ),
    ),
    drawn(
        said(
            "Open the *Settings* app. At the top stands *Profile Downloaded*: press it, then *Install*, and enter the code \
             that unlocks this device. That it is “Not Verified” is as expected: no company vouches for a box in a house.",
            "打开“设置”。最上面有*已下载描述文件*：点它，再点*安装*，输入解锁密码。显示“尚未验证”是正常的：没有公司会为家里的主机作担保。",
        ),
        Picture::List(
            said("Settings", "设置"),
            &[
                Row::Press(said("Profile Downloaded", "已下载描述文件")),
                Row::Plain(said("Airplane Mode", "飞行模式")),
                Row::Plain(said("Wi-Fi", "无线局域网")),
            ],
        ),
    ),
    drawn(
        said(
            "Still in Settings: *General*, then *About*, then at the very bottom *Certificate Trust Settings*. Turn on the \
             switch beside *porch CA*. Without this nothing has changed yet.",
            "仍在“设置”里：*通用* → *关于本机* → 最下面的*证书信任设置*。打开*porch CA*旁边的开关。少了这一步就等于没装。",
        ),
        Picture::List(
            said("Certificate Trust Settings", "证书信任设置"),
            &[Row::Switch(said("porch CA {box}", "porch CA {box}"))],
        ),
    ),
    step(said("Come back to this page. It goes on by itself.", "回到本页，它会自动继续。")),
];

const ANDROID_DOWNLOAD: GuideStep = step(said(
    "The file *porch-ca.crt* is now among your downloads. If the browser asks, keep it.",
    "文件*porch-ca.crt*已在“下载”里。如果浏览器询问，请选择保留。",
));

const ANDROID_FIND: GuideStep = drawn(
    said(
        "Open the *Settings* app and search it for *CA certificate*. Without the search: Security and privacy, More \
         security settings, Encryption and credentials, Install a certificate. Phone makers name these differently.",
        "打开“设置”，搜索*CA 证书*。不用搜索的话：安全和隐私→更多安全设置→加密与凭据→安装证书。不同厂商的叫法会有差别。",
    ),
    Picture::List(
        said("Install a certificate", "安装证书"),
        &[
            Row::Press(said("CA certificate", "CA 证书")),
            Row::Plain(said("VPN & app user certificate", "VPN 和应用用户证书")),
            Row::Plain(said("Wi-Fi certificate", "WLAN 证书")),
        ],
    ),
);

const ANDROID_ANYWAY: GuideStep = drawn(
    said(
        "Press *Install anyway*, unlock, and choose *porch-ca.crt*. Android warns of certificates in general; this one is \
             limited to local names. A phone without a screen lock has to get one first.",
        "点*仍然安装*，解锁，然后选择*porch-ca.crt*。安卓对所有证书都会这样警告；这一个限于本地名称。没有锁屏密码的手机要先设一个。",
    ),
    Picture::Question(
        &[said("CA certificate", "CA 证书"), said("Your data won’t be private", "您的数据可能会被查看")],
        said("Don’t install", "不安装"),
        said("Install anyway", "仍然安装"),
    ),
);

const ANDROID_BACK: GuideStep = step(said(
    "Come back to this page. It goes on by itself. Android may tell you later that the network “may be monitored”: it \
     means this certificate.",
    "回到本页，它会自动继续。安卓以后可能提示网络“可能会受到监控”：指的就是这个证书。",
));

const ANDROID: &[GuideStep] = &[ANDROID_DOWNLOAD, ANDROID_FIND, ANDROID_ANYWAY, ANDROID_BACK];

const ANDROID_FIREFOX: &[GuideStep] = &[
    ANDROID_DOWNLOAD,
    ANDROID_FIND,
    ANDROID_ANYWAY,
    drawn(
        said(
            "Firefox does not look there by itself. In Firefox: *⋮*, *Settings*, *About Firefox*, and press the logo five \
             times.",
            "Firefox默认不看系统证书。在Firefox里：*⋮* → *设置* → *关于 Firefox*，连点五次标志。",
        ),
        Picture::List(
            said("About Firefox", "关于 Firefox"),
            &[Row::Press(said("Firefox (the logo): 5 ×", "Firefox标志：5次"))],
        ),
    ),
    drawn(
        said(
            "Go back one page: at the bottom there are *Secret Settings* now. Turn on *Use third party CA certificates*. \
             Then close Firefox, open it again and come back to this page.",
            "返回上一页：底部多了*Secret Settings*（秘密设置）。打开*Use third party CA certificates*（使用第三方CA证书）。然后关闭Firefox，重新打开，回到本页。",
        ),
        Picture::List(
            said("Secret Settings", "Secret Settings"),
            &[Row::Switch(said("Use third party CA certificates", "Use third party CA certificates"))],
        ),
    ),
];

const WINDOWS: &[GuideStep] = &[
    drawn(
        said(
            "Open the file *porch-ca.crt* that was downloaded, and press *Install Certificate…*",
            "打开下载的*porch-ca.crt*，点*安装证书…*",
        ),
        Picture::Question(
            &[said("Certificate", "证书"), said("porch CA {box}", "porch CA {box}")],
            said("OK", "确定"),
            said("Install Certificate…", "安装证书…"),
        ),
    ),
    drawn(
        said(
            "*Current User*, Next. Then *Place all certificates in the following store*, Browse, and choose *Trusted Root \
             Certification Authorities*. OK, Next, Finish.",
            "*当前用户*，下一步。选*将所有的证书都放入下列存储*，点“浏览”，选择*受信任的根证书颁发机构*。确定，下一步，完成。",
        ),
        Picture::List(
            said("Select Certificate Store", "选择证书存储"),
            &[
                Row::Plain(said("Personal", "个人")),
                Row::Press(said("Trusted Root Certification Authorities", "受信任的根证书颁发机构")),
                Row::Plain(said("Enterprise Trust", "企业信任")),
            ],
        ),
    ),
    drawn(
        said("Windows asks once more: *Yes*.", "Windows会再问一次：*是*。"),
        Picture::Question(
            &[
                said("Security Warning", "安全警告"),
                said("Do you want to install this certificate?", "您要安装此证书吗？"),
            ],
            said("No", "否"),
            said("Yes", "是"),
        ),
    ),
    step(said("Come back to this page. It goes on by itself.", "回到本页，它会自动继续。")),
];

const MAC: &[GuideStep] = &[
    step(said(
        "Open the file *porch-ca.crt* that was downloaded. *Keychain Access* asks where to keep it: choose *login* and add it.",
        "打开下载的*porch-ca.crt*。*钥匙串访问*会问存到哪里：选择*登录*并添加。",
    )),
    drawn(
        said(
            "In Keychain Access choose *login* and *Certificates*, and open *porch CA* by a double click.",
            "在“钥匙串访问”里选*登录*和*证书*，双击打开*porch CA*。",
        ),
        Picture::List(
            said("Keychain Access: Certificates", "钥匙串访问：证书"),
            &[Row::Press(said("porch CA {box}", "porch CA {box}"))],
        ),
    ),
    drawn(
        said(
            "Unfold *Trust*, and beside *When using this certificate* choose *Always Trust*. Close the window and enter your \
             password.",
            "展开*信任*，在*使用此证书时*旁选择*始终信任*。关闭窗口并输入密码。",
        ),
        Picture::List(
            said("Trust", "信任"),
            &[Row::Press(said("When using this certificate: Always Trust", "使用此证书时：始终信任"))],
        ),
    ),
    step(said("Come back to this page. It goes on by itself.", "回到本页，它会自动继续。")),
];

const CHROME: &[GuideStep] = &[
    step(said("The file *porch-ca.crt* is now among your downloads.", "文件*porch-ca.crt*已在“下载”里。")),
    drawn(
        said(
            "Type *chrome://certificate-manager* into the address bar. Choose *Installed by you*, and beside *Trusted \
             Certificates* press *Import*. (Older versions: Settings, Privacy and security, Security, Manage \
             certificates, Authorities.)",
            "在地址栏输入*chrome://certificate-manager*。选*由您安装*，在*受信任的证书*旁点*导入*。（较旧版本：设置→隐私和安全→安全→管理证书→授权机构。）",
        ),
        Picture::List(
            said("Installed by you", "由您安装"),
            &[Row::Press(said("Trusted Certificates: Import", "受信任的证书：导入"))],
        ),
    ),
    step(said(
        "Choose *porch-ca.crt*. If you are asked for what: *Trust this certificate for identifying websites*.",
        "选择*porch-ca.crt*。如果询问用途：*信任该证书，以标识网站*。",
    )),
    step(said("Come back to this page. It goes on by itself.", "回到本页，它会自动继续。")),
];

const FIREFOX: &[GuideStep] = &[
    step(said("The file *porch-ca.crt* is now among your downloads.", "文件*porch-ca.crt*已在“下载”里。")),
    drawn(
        said(
            "In Firefox’s *Settings* choose *Privacy & Security*, and search for *certificates*: press *View \
             Certificates…*, then *Authorities* and *Import…*, and choose *porch-ca.crt*.",
            "在Firefox的*设置*里选*隐私与安全*，搜索*证书*：点*查看证书…*，再选*证书颁发机构* → *导入…*，选择*porch-ca.crt*。",
        ),
        Picture::List(
            said("Certificate Manager", "证书管理器"),
            &[
                Row::Plain(said("Your Certificates", "您的证书")),
                Row::Press(said("Authorities: Import…", "证书颁发机构：导入…")),
            ],
        ),
    ),
    drawn(
        said(
            "Tick *Trust this CA to identify websites*, then *OK*.",
            "勾选*信任由此证书颁发机构来标识网站*，再点*确定*。",
        ),
        Picture::List(
            said("Downloading Certificate", "下载证书"),
            &[
                Row::Tick(said("Trust this CA to identify websites", "信任由此证书颁发机构来标识网站")),
                Row::Press(said("OK", "确定")),
            ],
        ),
    ),
    step(said("Come back to this page. It goes on by itself.", "回到本页，它会自动继续。")),
];
