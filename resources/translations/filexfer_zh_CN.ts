<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Breadcrumb</name>
    <message>
        <source>Folders further up</source>
        <extracomment>Widest a single part may be, in pixels; longer names are elided in the middle. The buttons, the server first; leading ones may be folded away.</extracomment>
        <translation>更上层的文件夹</translation>
    </message>
    <message>
        <source>A path on this server, or an address</source>
        <translation>此服务器上的路径，或一个地址</translation>
    </message>
    <message>
        <source>Path or address</source>
        <translation>路径或地址</translation>
    </message>
</context>
<context>
    <name>Browser</name>
    <message>
        <source>{error} The list shows what was there; it is looked at again by itself.</source>
        <extracomment>How often a listing that still grows is looked at again, in milliseconds. How often a server that cannot be reached is tried again, and an open view is called ours, in milliseconds. Most rows asked for at once when a large selection is collected. Row at the top of what is seen, kept by the view: the page around it is fetched first. Whether rows must stay where they are, because a name is edited or something is dragged over them. Names whose rows are to be known before rows are replaced, the one at the top first; and the rows of them and of those to be selected, as far as they are there. Whether what was asked for last is what is shown. Why nothing can be shown, and why what is shown may be old; as it was told, &quot;&quot; for neither.</extracomment>
        <translation>{error} 列表显示的是之前的内容；稍后会自动重新查看。</translation>
    </message>
    <message>
        <source>The folder changed meanwhile. Select again, then repeat.</source>
        <translation>文件夹在此期间有变化。请重新选择，然后再试。</translation>
    </message>
</context>
<context>
    <name>Closing</name>
    <message>
        <source>Close filexfer</source>
        <translation>关闭 filexfer</translation>
    </message>
    <message>
        <source>This can go on in the background. What is stopped goes on where it was when filexfer is started again.</source>
        <extracomment>How long the background process may take to end, in milliseconds.</extracomment>
        <translation>这些可以在后台继续。停止的内容会在再次启动 filexfer 时从原处继续。</translation>
    </message>
    <message>
        <source>Keep running in the background</source>
        <translation>在后台继续运行</translation>
    </message>
    <message>
        <source>Stop and quit</source>
        <translation>停止并退出</translation>
    </message>
    <message>
        <source>Do this every time</source>
        <translation>以后都这样做</translation>
    </message>
    <message>
        <source>Transfers are under way, and this computer is sharing.</source>
        <translation>正在传输，并且这台电脑正在共享。</translation>
    </message>
    <message>
        <source>Transfers are under way.</source>
        <translation>正在传输。</translation>
    </message>
    <message>
        <source>This computer is sharing.</source>
        <translation>这台电脑正在共享。</translation>
    </message>
</context>
<context>
    <name>ConnectDialog</name>
    <message>
        <source>Connect to another computer</source>
        <translation>连接到另一台电脑</translation>
    </message>
    <message>
        <source>Pair with “{name}”</source>
        <extracomment>A code as it was typed, and as it is shown since: what is typed behind it may turn it into an address again. The server that did not answer, if that is what went wrong. An address that turned out to need a code, which the second field asks for, and why it does.</extracomment>
        <translation>与“{name}”配对</translation>
    </message>
    <message>
        <source>Link or code</source>
        <translation>链接或配对码</translation>
    </message>
    <message>
        <source>Link, code or address</source>
        <translation>链接、配对码或地址</translation>
    </message>
    <message>
        <source>as the computer calls itself</source>
        <translation>那台电脑自称的名字</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>What went wrong</source>
        <translation>出了什么问题</translation>
    </message>
    <message>
        <source>Find out why</source>
        <translation>查明原因</translation>
    </message>
    <message>
        <source>&amp;Link or code</source>
        <translation>链接或配对码(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Link, code or address</source>
        <translation>链接、配对码或地址(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Code</source>
        <translation>配对码(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Address of the other computer</source>
        <translation>另一台电脑的地址(&amp;A)</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>配对码</translation>
    </message>
    <message>
        <source>Address of the other computer</source>
        <translation>另一台电脑的地址</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Pair</source>
        <translation>配对</translation>
    </message>
    <message>
        <source>“{name}” shows another key than the one it was paired with, so nothing was sent to it. If its owner set it up anew, pair again. Otherwise somebody may be in between: ask its owner first.</source>
        <translation>“{name}”出示的密钥与配对时不同，因此没有向它发送任何内容。如果它的主人重新安装过，请再次配对。否则可能有人从中截取：请先询问它的主人。</translation>
    </message>
    <message>
        <source>“{name}” does not know this computer yet.</source>
        <translation>“{name}”还不认识这台电脑。</translation>
    </message>
    <message>
        <source>A link or a code pairs this computer with the other one. An address opens one that it is paired with.</source>
        <translation>链接或配对码会让这台电脑与另一台配对；地址会打开已经配对的电脑。</translation>
    </message>
    <message>
        <source>This link pairs this computer with {address}.</source>
        <translation>此链接让这台电脑与 {address} 配对。</translation>
    </message>
    <message>
        <source>You may {permission} there.</source>
        <translation>你在那里可以{permission}。</translation>
    </message>
    <message>
        <source>No keyring works here, so your key to it lies in a file that only you can read.</source>
        <translation>这里没有可用的密钥环，因此它的密钥保存在只有你能读取的文件中。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>正在连接…</translation>
    </message>
</context>
<context>
    <name>Desktop</name>
    <message>
        <source>Open filexfer</source>
        <translation>打开 filexfer</translation>
    </message>
    <message>
        <source>Preferences…</source>
        <translation>偏好设置…</translation>
    </message>
    <message>
        <source>Integrate…</source>
        <translation>集成到系统…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>filexfer was moved</source>
        <translation>filexfer 已被移动</translation>
    </message>
    <message>
        <source>The menu, links and the login start it from where it is now.</source>
        <translation>菜单、链接和登录启动项现在会从它的新位置启动它。</translation>
    </message>
</context>
<context>
    <name>DevicesDialog</name>
    <message>
        <source>Paired devices</source>
        <extracomment>Whether the agent was asked and has not answered; whether what stands below the list is about the list itself.</extracomment>
        <translation>已配对的设备</translation>
    </message>
    <message>
        <source>Devices paired with “{name}”</source>
        <extracomment>How often they are asked for, in milliseconds.</extracomment>
        <translation>与“{name}”配对的设备</translation>
    </message>
    <message>
        <source>No device is paired with “{name}”.</source>
        <translation>还没有设备与“{name}”配对。</translation>
    </message>
    <message>
        <source>Revoke…</source>
        <translation>撤销…</translation>
    </message>
    <message>
        <source>Share this computer&apos;s folder first, then pair a device.</source>
        <translation>请先共享这台电脑的文件夹，再配对设备。</translation>
    </message>
    <message>
        <source>Pair a device…</source>
        <translation>配对设备…</translation>
    </message>
    <message>
        <source>No device is paired with this computer.</source>
        <translation>还没有设备与这台电脑配对。</translation>
    </message>
    <message>
        <source>That is this computer: it reaches that one no more then, and can come back only by pairing.</source>
        <translation>那就是这台电脑：之后它将无法访问那台电脑，只有重新配对才能再次访问。</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Revoke “{device}”?</source>
        <translation>撤销“{device}”？</translation>
    </message>
    <message>
        <source>From its next request on it is turned away, and what it is sending breaks off. It can come back only by pairing.</source>
        <translation>它的下一个请求起将被拒绝，正在发送的内容会中断。只有重新配对才能再次访问。</translation>
    </message>
</context>
<context>
    <name>DevicesModel</name>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>May</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>Last seen</source>
        <translation>上次出现</translation>
    </message>
</context>
<context>
    <name>DoctorDialog</name>
    <message>
        <source>this computer</source>
        <extracomment>Edge of the mark of a step, in pixels.</extracomment>
        <translation>这台电脑</translation>
    </message>
    <message>
        <source>Connection to {name}</source>
        <translation>与 {name} 的连接</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>再检查一次</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>全部复制</translation>
    </message>
    <message>
        <source>Looking at each step of the way… This takes up to 20 seconds.</source>
        <translation>正在逐步检查… 最多需要 20 秒。</translation>
    </message>
    <message>
        <source>This stands in the way:</source>
        <translation>问题在这里：</translation>
    </message>
    <message>
        <source>Nothing stands in the way. Try again what did not work.</source>
        <translation>没有发现障碍。请重试刚才未成功的操作。</translation>
    </message>
    <message>
        <source>On the other computer:</source>
        <translation>在另一台电脑上：</translation>
    </message>
    <message>
        <source>On this computer:</source>
        <translation>在这台电脑上：</translation>
    </message>
    <message>
        <source>fine</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>wrong</source>
        <translation>有问题</translation>
    </message>
    <message>
        <source>not sure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>Copy “{command}”</source>
        <translation>复制“{command}”</translation>
    </message>
</context>
<context>
    <name>ErrorBar</name>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Find out why</source>
        <translation>查明原因</translation>
    </message>
    <message>
        <source>Hide this message</source>
        <translation>隐藏此消息</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>FileActions</name>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Upload files…</source>
        <translation>上传文件…</translation>
    </message>
    <message>
        <source>Upload a folder…</source>
        <translation>上传文件夹…</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>下载…</translation>
    </message>
    <message>
        <source>Download to last folder</source>
        <translation>下载到上次的文件夹</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>新建文件夹…</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Delete for good…</source>
        <translation>永久删除…</translation>
    </message>
    <message>
        <source>Properties</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>Trash…</source>
        <translation>回收站…</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Paste into folder…</source>
        <translation>粘贴到文件夹…</translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation>复制路径</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>复制链接</translation>
    </message>
    <message>
        <source>Paste files</source>
        <translation>粘贴文件</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message>
        <source>Go to a path or address</source>
        <translation>转到路径或地址</translation>
    </message>
    <message>
        <source>Show hidden files</source>
        <translation>显示隐藏文件</translation>
    </message>
    <message>
        <source>Download to “{folder}”</source>
        <translation>下载到“{folder}”</translation>
    </message>
    <message>
        <source>There is no folder to put this into yet. Connect to a computer, then drop it again.</source>
        <translation>还没有可以放入的文件夹。请先连接到一台电脑，再拖放一次。</translation>
    </message>
    <message>
        <source>Only files and folders of this computer can be uploaded, not “{url}”. Save it here first.</source>
        <translation>只能上传这台电脑上的文件和文件夹，不能上传“{url}”。请先把它保存到这里。</translation>
    </message>
    <message>
        <source>Files to upload</source>
        <translation>要上传的文件</translation>
    </message>
    <message>
        <source>Folder to upload</source>
        <translation>要上传的文件夹</translation>
    </message>
    <message>
        <source>What you copied lies on a server. “Paste into folder…” brings it to this computer.</source>
        <translation>你复制的内容在服务器上。“粘贴到文件夹…”会把它取到这台电脑。</translation>
    </message>
    <message>
        <source>The clipboard holds no files. Copy some in the file manager, then paste them here.</source>
        <translation>剪贴板里没有文件。请在文件管理器中复制一些，再粘贴到这里。</translation>
    </message>
    <message>
        <source>Download to</source>
        <translation>下载到</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
</context>
<context>
    <name>FileChanges</name>
    <message>
        <source>New folder</source>
        <translation>新建文件夹</translation>
    </message>
    <message>
        <source>Name of the new folder</source>
        <translation>新文件夹的名称</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>创建</translation>
    </message>
    <message>
        <source>Delete “{name}” for good?</source>
        <translation>永久删除“{name}”？</translation>
    </message>
    <message>
        <source>This goes past the trash of “{server}”, and cannot be taken back.</source>
        <translation>将不经过“{server}”的回收站直接删除，无法撤销。</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>永久删除</translation>
    </message>
    <message>
        <source>Taken back.</source>
        <translation>已撤销。</translation>
    </message>
</context>
<context>
    <name>FileDelegate</name>
    <message>
        <source>New name</source>
        <translation>新名称</translation>
    </message>
</context>
<context>
    <name>FileHeader</name>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
</context>
<context>
    <name>FilePane</name>
    <message>
        <source>{size} free</source>
        <extracomment>A folder that opens within this time needs no word about it, in milliseconds.</extracomment>
        <translation>可用 {size}</translation>
    </message>
    <message>
        <source>Opening “{place}”…</source>
        <translation>正在打开“{place}”…</translation>
    </message>
    <message>
        <source>Nothing here is called “{text}”.</source>
        <translation>这里没有名称含“{text}”的内容。</translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>This folder is empty.</source>
        <translation>此文件夹为空。</translation>
    </message>
    <message>
        <source>Drop files and folders here to upload them.</source>
        <translation>将文件和文件夹拖放到这里即可上传。</translation>
    </message>
    <message>
        <source>Upload files…</source>
        <translation>上传文件…</translation>
    </message>
    <message>
        <source>“{place}” cannot be opened.</source>
        <translation>无法打开“{place}”。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Find out why</source>
        <translation>查明原因</translation>
    </message>
    <message>
        <source>“{name}” shows another key.</source>
        <translation>“{name}”出示了另一个密钥。</translation>
    </message>
    <message>
        <source>It is not the one it was paired with, so nothing was sent to it. If its owner set it up anew, pair again. Otherwise somebody may be in between: ask its owner first.</source>
        <translation>它与配对时的密钥不同，因此没有向它发送任何内容。如果它的主人重新安装过，请再次配对。否则可能有人从中截取：请先询问它的主人。</translation>
    </message>
    <message>
        <source>Pair again…</source>
        <translation>重新配对…</translation>
    </message>
    <message>
        <source>“{name}” needs pairing.</source>
        <translation>“{name}”需要配对。</translation>
    </message>
    <message>
        <source>It does not know this computer, or not any more. Ask for a code there, and type it here.</source>
        <translation>它不认识（或不再认识）这台电脑。请在那里取得配对码，并在这里输入。</translation>
    </message>
    <message>
        <source>Pair…</source>
        <translation>配对…</translation>
    </message>
    <message>
        <source>{chosen} of {items} selected</source>
        <translation>已选择 {chosen}，共 {items}</translation>
    </message>
    <message>
        <source>{items}, still counting…</source>
        <translation>{items}，仍在统计…</translation>
    </message>
</context>
<context>
    <name>FileView</name>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
</context>
<context>
    <name>FinishBar</name>
    <message>
        <source>Stay awake</source>
        <translation>保持唤醒</translation>
    </message>
    <message numerus="yes">
        <source>All is finished. This computer goes to sleep in %Ln second(s).</source>
        <translation>
            <numerusform>全部完成。这台电脑将在 %Ln 秒后睡眠。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FinishMenu</name>
    <message>
        <source>When all is finished</source>
        <translation>全部完成后</translation>
    </message>
    <message>
        <source>Do nothing</source>
        <translation>什么也不做</translation>
    </message>
    <message>
        <source>Put this computer to sleep</source>
        <translation>让这台电脑睡眠</translation>
    </message>
</context>
<context>
    <name>GridView</name>
    <message>
        <source>Files, as pictures</source>
        <extracomment>Scrolling pauses for so long before thumbnails of what is seen are asked for, in milliseconds.</extracomment>
        <translation>文件（缩略图）</translation>
    </message>
</context>
<context>
    <name>IntegrateDialog</name>
    <message>
        <source>Integrate</source>
        <extracomment>Pixels: what the sentences are read well in.</extracomment>
        <translation>集成</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>The applications menu and links do not know of filexfer yet.</source>
        <translation>应用程序菜单和链接尚不认识 filexfer。</translation>
    </message>
    <message>
        <source>Integrate it, and the system can start it, and a link that pairs (filexfer://…) opens it. It concerns you alone, and can be removed again.</source>
        <translation>集成后，系统可以启动它，配对链接（filexfer://…）会用它打开。这只影响你自己，并且可以随时移除。</translation>
    </message>
    <message>
        <source>The system can start filexfer, and links open it.</source>
        <translation>系统可以启动 filexfer，链接会用它打开。</translation>
    </message>
    <message>
        <source>It lies here: {program}. If you move it, start it once from there.</source>
        <translation>它位于：{program}。如果移动了它，请从新位置启动一次。</translation>
    </message>
    <message>
        <source>The system starts another filexfer than this one.</source>
        <translation>系统启动的是另一个 filexfer，而不是这一个。</translation>
    </message>
    <message>
        <source>That one lies here: {program}. Integrate this one to have it started instead.</source>
        <translation>那一个位于：{program}。集成这一个，系统就会改为启动它。</translation>
    </message>
    <message>
        <source>The filexfer that the system starts is not there any more.</source>
        <translation>系统要启动的 filexfer 已不在原处。</translation>
    </message>
    <message>
        <source>It lay here: {program}. Integrate this one to have it started instead.</source>
        <translation>它原来位于：{program}。集成这一个，系统就会改为启动它。</translation>
    </message>
    <message>
        <source>The package that filexfer was installed with has seen to that.</source>
        <translation>安装 filexfer 的软件包已经处理好了。</translation>
    </message>
</context>
<context>
    <name>InviteHint</name>
    <message>
        <source>Copy the command {command}</source>
        <translation>复制命令 {command}</translation>
    </message>
    <message>
        <source>or choose “Pair a device…” in its window. It shows a code and a link.</source>
        <translation>或在它的窗口中选择“配对设备…”。它会显示配对码和链接。</translation>
    </message>
    <message>
        <source>On {computer} run</source>
        <translation>在 {computer} 上运行</translation>
    </message>
    <message>
        <source>On the other computer run</source>
        <translation>在另一台电脑上运行</translation>
    </message>
</context>
<context>
    <name>JobActs</name>
    <message>
        <source>Save a receipt</source>
        <extracomment>Most entries that are shown selected.</extracomment>
        <translation>保存回执</translation>
    </message>
    <message>
        <source>Check by a receipt</source>
        <translation>按回执核对</translation>
    </message>
    <message>
        <source>Receipts (*.{suffix});;All files (*)</source>
        <translation>回执 (*.{suffix});;所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>JobDetails</name>
    <message>
        <source>Files of “{title}”</source>
        <translation>“{title}”的文件</translation>
    </message>
    <message>
        <source>Only what failed</source>
        <translation>只看失败的</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
</context>
<context>
    <name>JobFilesModel</name>
    <message>
        <source>waiting</source>
        <translation>等待</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>已跳过</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>结果</translation>
    </message>
</context>
<context>
    <name>JobsModel</name>
    <message>
        <source>to {place}</source>
        <translation>到 {place}</translation>
    </message>
    <message>
        <source>from {server} to {folder}</source>
        <translation>从 {server} 到 {folder}</translation>
    </message>
</context>
<context>
    <name>JobsView</name>
    <message>
        <source>Transfers</source>
        <translation>传输</translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>Next part of the window</source>
        <translation>窗口的下一部分</translation>
    </message>
    <message>
        <source>Previous part of the window</source>
        <translation>窗口的上一部分</translation>
    </message>
    <message>
        <source>Open the menu</source>
        <translation>打开菜单</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Going from place to place</source>
        <translation>在各处之间移动</translation>
    </message>
    <message>
        <source>In the list of files</source>
        <translation>在文件列表中</translation>
    </message>
    <message>
        <source>How files are shown</source>
        <translation>文件的显示方式</translation>
    </message>
    <message>
        <source>In the list of transfers</source>
        <translation>在传输列表中</translation>
    </message>
    <message>
        <source>In the window</source>
        <translation>在窗口中</translation>
    </message>
    <message>
        <source>Hide the message</source>
        <translation>隐藏消息</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Folder above</source>
        <translation>上一级文件夹</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>取消选择</translation>
    </message>
    <message>
        <source>What can be done with it</source>
        <translation>可以对它做什么</translation>
    </message>
    <message>
        <source>Pause, or go on</source>
        <translation>暂停或继续</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Cancel, or remove from the list</source>
        <translation>取消，或从列表中移除</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
</context>
<context>
    <name>LettingBack</name>
    <message>
        <source>“{name}” is paired.</source>
        <translation>已与“{name}”配对。</translation>
    </message>
    <message>
        <source>Also let it reach this computer…</source>
        <translation>也让它访问这台电脑…</translation>
    </message>
    <message>
        <source>“{name}” is being told…</source>
        <translation>正在通知“{name}”…</translation>
    </message>
    <message>
        <source>“{name}” and this computer reach each other.</source>
        <translation>“{name}”与这台电脑可以互相访问。</translation>
    </message>
    <message>
        <source>It could not be told. Type a code there instead.</source>
        <translation>无法通知它。请改为在那里输入配对码。</translation>
    </message>
    <message>
        <source>Show a code</source>
        <translation>显示配对码</translation>
    </message>
</context>
<context>
    <name>LimitDialog</name>
    <message>
        <source>Speed limit</source>
        <translation>速度限制</translation>
    </message>
    <message>
        <source> MB/s</source>
        <translation> MB/秒</translation>
    </message>
    <message>
        <source>Megabytes per second</source>
        <translation>每秒兆字节</translation>
    </message>
    <message>
        <source>All transfers together move at most:</source>
        <translation>所有传输合计最多：</translation>
    </message>
    <message>
        <source>Set limit</source>
        <translation>设置限制</translation>
    </message>
</context>
<context>
    <name>LimitMenu</name>
    <message>
        <source>Speed limit</source>
        <translation>速度限制</translation>
    </message>
    <message>
        <source>Another limit…</source>
        <translation>其他限制…</translation>
    </message>
    <message>
        <source>Another limit ({rate})…</source>
        <translation>其他限制({rate})…</translation>
    </message>
</context>
<context>
    <name>ListingModel</name>
    <message>
        <source>Name</source>
        <extracomment>Rows asked for at once, and pages kept.</extracomment>
        <translation>名称</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Modified</source>
        <translation>修改时间</translation>
    </message>
</context>
<context>
    <name>ManageBar</name>
    <message>
        <source>Manage…</source>
        <translation>管理…</translation>
    </message>
    <message>
        <source>This computer may manage “{name}”.</source>
        <translation>这台电脑可以管理“{name}”。</translation>
    </message>
</context>
<context>
    <name>ManageDialog</name>
    <message>
        <source>Manage “{name}”</source>
        <extracomment>What is typed there so that this computer may manage it.</extracomment>
        <translation>管理“{name}”</translation>
    </message>
    <message>
        <source>LIMITS</source>
        <translation>限制</translation>
    </message>
    <message>
        <source>It shares files and nothing more: it runs without filexfer&apos;s background service, so its share is set where it was started, and it has no transfers of its own.</source>
        <translation>它只共享文件：它运行时没有 filexfer 的后台服务，因此共享在启动它的地方设定，它也没有自己的传输。</translation>
    </message>
    <message>
        <source>Pair a device…</source>
        <translation>配对设备…</translation>
    </message>
    <message>
        <source>Paired devices…</source>
        <translation>已配对的设备…</translation>
    </message>
    <message>
        <source>“{name}” is being asked…</source>
        <translation>正在询问“{name}”…</translation>
    </message>
    <message>
        <source>Speed of its own transfers: {rate}</source>
        <translation>它自己的传输速度：{rate}</translation>
    </message>
    <message>
        <source>{free} of {total} free</source>
        <translation>可用 {free}，共 {total}</translation>
    </message>
    <message>
        <source>filexfer {version}</source>
        <translation>filexfer {version}</translation>
    </message>
    <message>
        <source>It takes {connections} connections at once, {connections_per_address} from one address, and serves {workers} requests at a time, of which one device gets half. A device has at most {open_uploads} uploads under way. Up to {devices} devices can be paired. These are set where it is started.</source>
        <translation>它最多同时接受 {connections} 个连接，每个地址 {connections_per_address} 个，并同时处理 {workers} 个请求，其中一台设备最多占一半。一台设备最多有 {open_uploads} 个进行中的上传。最多可配对 {devices} 台设备。这些在启动它的地方设定。</translation>
    </message>
    <message>
        <source>“{name}” does not let this computer manage it.</source>
        <translation>“{name}”不允许这台电脑管理它。</translation>
    </message>
    <message>
        <source>Pair with it anew, by a code that was made for managing. Run there:
{command}</source>
        <translation>请用为管理而生成的配对码重新与它配对。请在那里运行：
{command}</translation>
    </message>
    <message>
        <source>Pair…</source>
        <translation>配对…</translation>
    </message>
    <message>
        <source>“{name}” is not shared any more.</source>
        <translation>“{name}”已不再共享。</translation>
    </message>
    <message>
        <source>Nobody else reaches it until sharing is switched on, or filexfer started anew, on that computer.</source>
        <translation>在那台电脑上打开共享或重新启动 filexfer 之前，其他人无法访问它。</translation>
    </message>
    <message>
        <source>“{name}” cannot be asked just now.</source>
        <translation>现在无法询问“{name}”。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>NearbyList</name>
    <message>
        <source>Find computers nearby</source>
        <extracomment>So many of them are seen at once.</extracomment>
        <translation>查找附近的电脑</translation>
    </message>
    <message>
        <source>Computers nearby</source>
        <translation>附近的电脑</translation>
    </message>
</context>
<context>
    <name>Notifier</name>
    <message>
        <source>“{name}” failed</source>
        <translation>“{name}”失败</translation>
    </message>
    <message>
        <source>“{name}” is done</source>
        <translation>“{name}”已完成</translation>
    </message>
</context>
<context>
    <name>PairDialog</name>
    <message>
        <source>Pair a device</source>
        <extracomment>How long a button says that it has copied, in milliseconds.</extracomment>
        <translation>配对设备</translation>
    </message>
    <message>
        <source>What the device may do</source>
        <translation>设备的权限</translation>
    </message>
    <message>
        <source>That is for a monitor: it sees no file, and no name of one. On its computer run “filexfer pair” and give it the link; from then on “filexfer health” with the address asks.</source>
        <translation>用于监控程序：它看不到任何文件，也看不到文件名。在它的电脑上运行“filexfer pair”并提供该链接；之后用“filexfer health”加地址即可查询。</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>链接</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>复制链接</translation>
    </message>
    <message>
        <source>QR code of the link</source>
        <translation>链接的二维码</translation>
    </message>
    <message>
        <source>Copy the code</source>
        <translation>复制配对码</translation>
    </message>
    <message>
        <source>The device &amp;may</source>
        <translation>设备权限(&amp;M)</translation>
    </message>
    <message>
        <source>On the other device choose “Connect…”, and type this code:</source>
        <translation>在另一台设备上选择“连接…”，并输入此配对码：</translation>
    </message>
    <message>
        <source>With this address:</source>
        <translation>以及此地址：</translation>
    </message>
    <message>
        <source>Or paste this link there, which says both:</source>
        <translation>或者在那里粘贴此链接，它包含这两者：</translation>
    </message>
    <message>
        <source>This code is not valid any more.</source>
        <translation>此配对码已失效。</translation>
    </message>
    <message>
        <source>New code</source>
        <translation>新的配对码</translation>
    </message>
    <message>
        <source>There is no code.</source>
        <translation>没有配对码。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>For one device, valid for {time}</source>
        <translation>仅限一台设备，有效期 {time}</translation>
    </message>
    <message>
        <source>It may {permission}.</source>
        <translation>它可以{permission}。</translation>
    </message>
    <message>
        <source>“{device}” is paired.</source>
        <translation>已与“{device}”配对。</translation>
    </message>
    <message>
        <source>Pair another device</source>
        <translation>再配对一台设备</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>PasteImage</name>
    <message>
        <source>Pasted {moment}</source>
        <extracomment>Bytes of a picture that travel in one call through the agent, which takes 2 MiB.</extracomment>
        <translation>粘贴于 {moment}</translation>
    </message>
    <message>
        <source>The clipboard&apos;s picture could not be read. Copy it again.</source>
        <translation>无法读取剪贴板中的图片。请重新复制。</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>Preferences</source>
        <translation>偏好设置</translation>
    </message>
    <message>
        <source>Start at login, in the background</source>
        <translation>登录时在后台启动</translation>
    </message>
    <message>
        <source>Offer “Send to filexfer” in file managers</source>
        <translation>在文件管理器中提供“发送到 filexfer”</translation>
    </message>
    <message>
        <source>Tell when transfers end and the window is not in front</source>
        <translation>传输结束而窗口不在前台时通知</translation>
    </message>
    <message>
        <source>Show the shared folder</source>
        <translation>显示共享的文件夹</translation>
    </message>
    <message>
        <source>When the window is closed and there is work</source>
        <translation>关闭窗口而仍有工作时</translation>
    </message>
    <message>
        <source>ask</source>
        <translation>询问</translation>
    </message>
    <message>
        <source>keep running in the background</source>
        <translation>在后台继续运行</translation>
    </message>
    <message>
        <source>stop and quit</source>
        <translation>停止并退出</translation>
    </message>
    <message>
        <source> MB/s</source>
        <translation> MB/秒</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>不限速</translation>
    </message>
    <message>
        <source>Speed limit</source>
        <translation>速度限制</translation>
    </message>
    <message>
        <source>&amp;When it is closed</source>
        <translation>关闭时(&amp;W)</translation>
    </message>
    <message>
        <source>Speed &amp;limit</source>
        <translation>速度限制(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;This computer</source>
        <translation>这台电脑(&amp;T)</translation>
    </message>
</context>
<context>
    <name>PreviewView</name>
    <message>
        <source>Preview of the text</source>
        <translation>文本预览</translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation>文件为空。</translation>
    </message>
</context>
<context>
    <name>Properties</name>
    <message>
        <source>Properties</source>
        <extracomment>Entries of a folder asked for at once: few enough that reading them is not felt.</extracomment>
        <translation>属性</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>复制链接</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Selected</source>
        <translation>已选择</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Link (is not followed)</source>
        <translation>链接（不会跟随）</translation>
    </message>
    <message>
        <source>Neither file nor folder</source>
        <translation>既非文件也非文件夹</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Modified</source>
        <translation>修改时间</translation>
    </message>
    <message>
        <source>{n} bytes</source>
        <translation>{n} 字节</translation>
    </message>
</context>
<context>
    <name>ReceiptDialog</name>
    <message>
        <source>How much has been read</source>
        <extracomment>Milliseconds between two looks. Steps of the bar: bytes may be more than it can count.</extracomment>
        <translation>已读取的量</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>不同之处</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>回执</translation>
    </message>
    <message>
        <source>Reading every file again, here and there…</source>
        <translation>正在重新读取两边的每个文件…</translation>
    </message>
    <message>
        <source>Check by a receipt</source>
        <translation>按回执核对</translation>
    </message>
    <message>
        <source>Comparing both sides with the receipt…</source>
        <translation>正在将两边与回执核对…</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) are the same here and there, byte for byte.</source>
        <translation>
            <numerusform>%Ln 个文件两边逐字节相同。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) differ or are missing; they are named below.</source>
        <translation>
            <numerusform>%Ln 个文件不同或缺失；列在下面。</numerusform>
        </translation>
    </message>
    <message>
        <source>Saved as “{name}”.</source>
        <translation>已保存为“{name}”。</translation>
    </message>
    <message>
        <source>The receipt names no files.</source>
        <translation>回执中没有文件。</translation>
    </message>
</context>
<context>
    <name>RowsModel</name>
    <message>
        <source>Looking…</source>
        <translation>正在查看…</translation>
    </message>
    <message>
        <source>offline since {time}</source>
        <translation>自{time}起离线</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>online</source>
        <translation>在线</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>needs pairing</source>
        <translation>需要配对</translation>
    </message>
    <message>
        <source>key changed</source>
        <translation>密钥已变</translation>
    </message>
    <message>
        <source>keyring locked</source>
        <translation>密钥环已锁定</translation>
    </message>
    <message>
        <source>another version</source>
        <translation>版本不同</translation>
    </message>
    <message>
        <source>open</source>
        <translation>开放</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>SendDialog</name>
    <message>
        <source>Send with filexfer</source>
        <translation>用 filexfer 发送</translation>
    </message>
    <message>
        <source>Send to</source>
        <translation>发送到</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>&amp;To</source>
        <translation>到(&amp;T)</translation>
    </message>
</context>
<context>
    <name>Sentences</name>
    <message>
        <source>A TLS handshake took too long.</source>
        <translation>TLS 握手耗时过长。</translation>
    </message>
    <message>
        <source>A UNIX socket is named by its whole path, like unix:/run/filexfer.sock.</source>
        <translation>UNIX 套接字用完整路径表示，例如 unix:/run/filexfer.sock。</translation>
    </message>
    <message>
        <source>A base64 value holds characters that are not base64, or is cut off within a group of four.</source>
        <translation>base64 值中有不属于 base64 的字符，或在四个一组的中间被截断。</translation>
    </message>
    <message>
        <source>A base64 value holds something other than base64.</source>
        <translation>base64 值中有不属于 base64 的内容。</translation>
    </message>
    <message>
        <source>A base64 value stands outside a value.</source>
        <translation>base64 值出现在值之外。</translation>
    </message>
    <message>
        <source>A batch has at most {batch_calls} calls. Send it in smaller parts.</source>
        <translation>一批最多包含 {batch_calls} 个调用。请分成较小的部分发送。</translation>
    </message>
    <message>
        <source>A batch has at most {most_files} files. Send it in smaller parts.</source>
        <translation>一批最多包含 {most_files} 个文件。请分成较小的部分发送。</translation>
    </message>
    <message>
        <source>A batch holds no other batch.</source>
        <translation>一批中不能再包含另一批。</translation>
    </message>
    <message>
        <source>A binary value is larger than this call takes. Send it in blocks (upload_open, upload_write).</source>
        <translation>二进制值超过了此调用可接受的大小。请分块发送(upload_open、upload_write)。</translation>
    </message>
    <message>
        <source>A block declares its length.</source>
        <translation>数据块须声明长度。</translation>
    </message>
    <message>
        <source>A block has at most {buffer} bytes.</source>
        <translation>一个数据块最多 {buffer} 字节。</translation>
    </message>
    <message>
        <source>A block of an upload is put to /uploads/ID/OFFSET.</source>
        <translation>上传的数据块要用 PUT 发送到 /uploads/ID/OFFSET。</translation>
    </message>
    <message>
        <source>A boolean is 0 or 1.</source>
        <translation>布尔值是 0 或 1。</translation>
    </message>
    <message>
        <source>A call declares its length.</source>
        <translation>调用须声明长度。</translation>
    </message>
    <message>
        <source>A chunk is longer than it says.</source>
        <translation>有一段比它声明的更长。</translation>
    </message>
    <message>
        <source>A code is four groups of four, like ABCD-EFGH-IJKL-MNOP.</source>
        <translation>配对码由四组、每组四个字符组成，例如 ABCD-EFGH-IJKL-MNOP。</translation>
    </message>
    <message>
        <source>A column of the server&apos;s listing is broken. Open the folder again.</source>
        <translation>服务器列表中有一列已损坏。请重新打开文件夹。</translation>
    </message>
    <message>
        <source>A dateTime is written like 20260131T23:59:59.</source>
        <translation>dateTime 的写法如 20260131T23:59:59。</translation>
    </message>
    <message>
        <source>A device&apos;s name has 1 to {name_characters} characters.</source>
        <translation>设备名称有 1 到 {name_characters} 个字符。</translation>
    </message>
    <message>
        <source>A digest has 32 bytes.</source>
        <translation>摘要有 32 字节。</translation>
    </message>
    <message>
        <source>A digest is written blake3:HEX or sha256:HEX, with 64 hexadecimal figures.</source>
        <translation>摘要写作 blake3:HEX 或 sha256:HEX，带 64 位十六进制数字。</translation>
    </message>
    <message>
        <source>A double is a finite decimal number.</source>
        <translation>double 是有限的十进制数。</translation>
    </message>
    <message>
        <source>A field of the head is not NAME: VALUE in one line.</source>
        <translation>头部有一个字段不是单行的 NAME: VALUE。</translation>
    </message>
    <message>
        <source>A file is where a folder should be, on the way to {name}. Rename it, or choose another place.</source>
        <translation>通往 {name} 的路径上，本应是文件夹的地方是一个文件。请重命名它，或另选位置。</translation>
    </message>
    <message>
        <source>A file needs a name.</source>
        <translation>文件需要名称。</translation>
    </message>
    <message>
        <source>A file&apos;s length is declared, or it is sent in chunks.</source>
        <translation>文件须声明长度，或分段发送。</translation>
    </message>
    <message>
        <source>A folder cannot be moved into itself. Choose another target.</source>
        <translation>文件夹不能移动到它自身之内。请选择另一个目标。</translation>
    </message>
    <message>
        <source>A folder that filexfer keeps for itself. It is not sent.</source>
        <translation>这是 filexfer 自用的文件夹，不会发送。</translation>
    </message>
    <message>
        <source>A host is a name or an address of this computer, without a port.</source>
        <translation>主机是这台电脑的名称或地址，不带端口。</translation>
    </message>
    <message>
        <source>A job has at least an id, a spec and a state.</source>
        <translation>任务至少有编号、规格和状态。</translation>
    </message>
    <message>
        <source>A key has at most {key_characters} characters.</source>
        <translation>键最多 {key_characters} 个字符。</translation>
    </message>
    <message>
        <source>A line between the chunks is too long.</source>
        <translation>各段之间的一行过长。</translation>
    </message>
    <message>
        <source>A name has at most {component_bytes} bytes. Choose a shorter one.</source>
        <translation>名称最多 {component_bytes} 字节。请选择较短的名称。</translation>
    </message>
    <message>
        <source>A name holds no “/” and no NUL byte, in no spelling.</source>
        <translation>名称中不能有“/”和 NUL 字节，无论怎样书写。</translation>
    </message>
    <message>
        <source>A name holds no “/” and no NUL byte. Choose another one.</source>
        <translation>名称中不能有“/”和 NUL 字节。请选择另一个名称。</translation>
    </message>
    <message>
        <source>A nil element is empty.</source>
        <translation>nil 元素是空的。</translation>
    </message>
    <message>
        <source>A part of a file is put to /uploads/ID/OFFSET.</source>
        <translation>文件的一部分要用 PUT 发送到 /uploads/ID/OFFSET。</translation>
    </message>
    <message>
        <source>A part of this path is a file, not a folder.</source>
        <translation>此路径中有一部分是文件，不是文件夹。</translation>
    </message>
    <message>
        <source>A part of this path is a link, and links are not followed. Use the real path.</source>
        <translation>此路径中有一部分是链接，链接不会跟随。请使用真实路径。</translation>
    </message>
    <message>
        <source>A path begins without “/”.</source>
        <translation>路径开头不带“/”。</translation>
    </message>
    <message>
        <source>A path holds no empty, “.” or “..” component, and begins and ends without “/”.</source>
        <translation>路径中没有空的、“.”或“..”部分，开头和结尾也不带“/”。</translation>
    </message>
    <message>
        <source>A path is a string, or the bytes of one as base64.</source>
        <translation>路径是字符串，或用 base64 表示的字节。</translation>
    </message>
    <message>
        <source>A pin is the SHA-256 of a certificate: 64 hexadecimal digits.</source>
        <translation>指纹是证书的 SHA-256：64 位十六进制数字。</translation>
    </message>
    <message>
        <source>A port is a number from 1 to 65535.</source>
        <translation>端口是 1 到 65535 之间的数字。</translation>
    </message>
    <message>
        <source>A range is a pair of start and end.</source>
        <translation>范围是一对起点和终点。</translation>
    </message>
    <message>
        <source>A row of a batch is out of its bounds.</source>
        <translation>批次中有一行超出了范围。</translation>
    </message>
    <message>
        <source>A server listens on https://HOST:PORT, http://localhost:PORT or unix:/PATH.</source>
        <translation>服务器监听 https://HOST:PORT、http://localhost:PORT 或 unix:/PATH。</translation>
    </message>
    <message>
        <source>A size is not negative.</source>
        <translation>大小不能为负。</translation>
    </message>
    <message>
        <source>A stream is no parameter: send it in blocks.</source>
        <translation>流不能作为参数：请分块发送。</translation>
    </message>
    <message>
        <source>A stream is written in order; the next byte is {end}.</source>
        <translation>流须按顺序写入；下一个字节是 {end}。</translation>
    </message>
    <message>
        <source>A stream takes nothing over from what is there. Name its size when beginning the upload.</source>
        <translation>流不会沿用已有的内容。请在开始上传时给出大小。</translation>
    </message>
    <message>
        <source>A struct names the same member twice.</source>
        <translation>结构中同一成员出现了两次。</translation>
    </message>
    <message>
        <source>A symbolic link. Links are not followed; send what it points to by its own name.</source>
        <translation>这是符号链接。链接不会跟随；请用它所指内容自己的名称发送。</translation>
    </message>
    <message>
        <source>A token file has the token in its first line, then the server&apos;s certificate. {how}</source>
        <translation>令牌文件的第一行是令牌，之后是服务器的证书。{how}</translation>
    </message>
    <message>
        <source>A token is sent only to a server whose key is known. Give its certificate too.</source>
        <translation>令牌只发送给密钥已知的服务器。请同时给出它的证书。</translation>
    </message>
    <message>
        <source>A token is sent over https only. Write the address with https://.</source>
        <translation>令牌只通过 https 发送。请用 https:// 书写地址。</translation>
    </message>
    <message>
        <source>A token that is used no more stays in the system&apos;s keyring, which %s.</source>
        <translation>不再使用的令牌仍留在系统的密钥环中，它%s。</translation>
    </message>
    <message>
        <source>A trailer behind the chunks is not NAME: VALUE in one line.</source>
        <translation>各段之后的尾部不是单行的 NAME: VALUE。</translation>
    </message>
    <message>
        <source>A transfer has at least one item, a pair of source and target.</source>
        <translation>传输至少有一个项目，即一对来源和目标。</translation>
    </message>
    <message>
        <source>A transfer names at least one file or folder.</source>
        <translation>传输至少包含一个文件或文件夹。</translation>
    </message>
    <message>
        <source>A version is written in quotation marks, several with commas between.</source>
        <translation>版本写在引号中，多个版本之间用逗号分隔。</translation>
    </message>
    <message>
        <source>A view is sorted by one of: {sorts}.</source>
        <translation>视图的排序方式是下列之一：{sorts}。</translation>
    </message>
    <message>
        <source>A “%” in a name is written %25 in an address.</source>
        <translation>地址中，名称里的“%”写作 %25。</translation>
    </message>
    <message>
        <source>A “?” in a name is written %3F, a “#” %23.</source>
        <translation>名称里的“?”写作 %3F，“#”写作 %23。</translation>
    </message>
    <message>
        <source>Address already in use</source>
        <translation>地址已在使用</translation>
    </message>
    <message>
        <source>An IPv6 address is written in brackets, like http://[::1]:8765/.</source>
        <translation>IPv6 地址写在方括号中，例如 http://[::1]:8765/。</translation>
    </message>
    <message>
        <source>An XML-RPC call has Content-Type: text/xml.</source>
        <translation>XML-RPC 调用带有 Content-Type: text/xml。</translation>
    </message>
    <message>
        <source>An XML-RPC server answers, but it is not filexfer.</source>
        <translation>有 XML-RPC 服务器应答，但它不是 filexfer。</translation>
    </message>
    <message>
        <source>An address holds no user name and no password: other users of this machine can read arguments. Use --token-file.</source>
        <translation>地址中不能有用户名和密码：这台机器的其他用户可以读到参数。请使用 --token-file。</translation>
    </message>
    <message>
        <source>An address holds no user name. Write NAME:PATH with the name of a saved server.</source>
        <translation>地址中不能有用户名。请用已保存服务器的名称写作 NAME:PATH。</translation>
    </message>
    <message>
        <source>An address to listen on has no path behind it.</source>
        <translation>要监听的地址后面没有路径。</translation>
    </message>
    <message>
        <source>An integer does not fit 64 bits.</source>
        <translation>整数超出了 64 位。</translation>
    </message>
    <message>
        <source>An integer is written with decimal figures, at most 64 bits long.</source>
        <translation>整数用十进制数字书写，最长 64 位。</translation>
    </message>
    <message>
        <source>An item is a pair of source and target.</source>
        <translation>项目是一对来源和目标。</translation>
    </message>
    <message>
        <source>Another content of this block is here already. Begin the upload again.</source>
        <translation>这里已有此数据块的另一内容。请重新开始上传。</translation>
    </message>
    <message>
        <source>Another filexfer keeps {file} to itself. Try again in a moment.</source>
        <translation>另一个 filexfer 正独占 {file}。请稍后再试。</translation>
    </message>
    <message>
        <source>Another process has just ended this upload. Try again.</source>
        <translation>另一个进程刚刚结束了此上传。请再试一次。</translation>
    </message>
    <message>
        <source>Another process is at this upload. Wait for it, or stop it.</source>
        <translation>另一个进程正在处理此上传。请等待，或停止它。</translation>
    </message>
    <message>
        <source>Another program keeps what is known of servers locked. Try again in a moment.</source>
        <translation>另一个程序锁定了已知服务器的信息。请稍后再试。</translation>
    </message>
    <message>
        <source>Another server has been making the key {file} for too long. End it, then start again.</source>
        <translation>另一个服务器生成密钥 {file} 的时间过长。请结束它，然后重新启动。</translation>
    </message>
    <message>
        <source>Another server keeps its devices in {folder}. End it, or give this one a state folder of its own.</source>
        <translation>另一个服务器把它的设备保存在 {folder} 中。请结束它，或给这个服务器另设状态文件夹。</translation>
    </message>
    <message>
        <source>Another server shares this folder already. Stop it, or share another folder.</source>
        <translation>另一个服务器已在共享此文件夹。请停止它，或共享另一个文件夹。</translation>
    </message>
    <message>
        <source>Another window or command has this transfer. Do it there.</source>
        <translation>此传输由另一个窗口或命令掌管。请在那里操作。</translation>
    </message>
    <message>
        <source>Arrays and structs are nested more than {nesting} deep.</source>
        <translation>数组和结构的嵌套超过 {nesting} 层。</translation>
    </message>
    <message>
        <source>Arrays and structs nest at most {nesting} deep.</source>
        <translation>数组和结构最多嵌套 {nesting} 层。</translation>
    </message>
    <message>
        <source>At most {most_names} names are looked for at once. Ask for fewer.</source>
        <translation>一次最多查找 {most_names} 个名称。请减少数量。</translation>
    </message>
    <message>
        <source>At most {most_saved} servers can be saved. Forget some first.</source>
        <translation>最多可保存 {most_saved} 个服务器。请先删除一些。</translation>
    </message>
    <message>
        <source>At most {reuse_bytes} MiB are taken over in one call. Make several calls.</source>
        <translation>一次调用最多沿用 {reuse_bytes} MiB。请分成多次调用。</translation>
    </message>
    <message>
        <source>At {other}, which it is called too, nothing answers: connecting may take long.</source>
        <translation>它的另一个地址 {other} 没有应答：连接可能需要较长时间。</translation>
    </message>
    <message>
        <source>Blocks begin at multiples of {block_size} bytes, are whole, and end with the file.</source>
        <translation>数据块从 {block_size} 字节的整数倍处开始，须是完整的，并随文件结束。</translation>
    </message>
    <message>
        <source>Bodies are taken as they are, not compressed.</source>
        <translation>正文须原样发送，不可压缩。</translation>
    </message>
    <message>
        <source>Both run filexfer {ours}.</source>
        <translation>两边都运行 filexfer {ours}。</translation>
    </message>
    <message>
        <source>Bring the older one up to date if anything is odd.</source>
        <translation>如有异常，请更新较旧的一方。</translation>
    </message>
    <message>
        <source>Broken pipe</source>
        <translation>管道已断开</translation>
    </message>
    <message>
        <source>Call this method directly, not through server_call.</source>
        <translation>请直接调用此方法，而不是通过 server_call。</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>Cannot assign requested address</source>
        <translation>无法分配所请求的地址</translation>
    </message>
    <message>
        <source>Cannot listen on this machine itself: {reason}.</source>
        <translation>无法在这台机器上监听：{reason}。</translation>
    </message>
    <message>
        <source>Cannot listen on unix:{path}: another server is listening there.</source>
        <translation>无法监听 unix:{path}：另一个服务器正在那里监听。</translation>
    </message>
    <message>
        <source>Cannot listen on unix:{path}: something else of that name is there. Choose another path.</source>
        <translation>无法监听 unix:{path}：那里有其他同名的东西。请选择另一路径。</translation>
    </message>
    <message>
        <source>Cannot listen on unix:{path}: {reason}.</source>
        <translation>无法监听 unix:{path}：{reason}。</translation>
    </message>
    <message>
        <source>Cannot listen on {server}: {reason}.</source>
        <translation>无法在 {server} 上监听：{reason}。</translation>
    </message>
    <message>
        <source>Cannot listen on {server}: {reason}.{taken}</source>
        <translation>无法监听 {server}：{reason}。{taken}</translation>
    </message>
    <message>
        <source>Check how it is written. The address in numbers works without a name: the other computer shows it.</source>
        <translation>请检查拼写。数字地址不需要名称：另一台电脑会显示它。</translation>
    </message>
    <message>
        <source>Check how the name is written.</source>
        <translation>请检查名称的拼写。</translation>
    </message>
    <message>
        <source>Check the address and the port.</source>
        <translation>请检查地址和端口。</translation>
    </message>
    <message>
        <source>Comments, CDATA sections, document types and entities are not taken.</source>
        <translation>不接受注释、CDATA 段、文档类型和实体。</translation>
    </message>
    <message>
        <source>Computers nearby cannot be looked for: {why}. Connect by an address instead.</source>
        <translation>无法查找附近的电脑：{why}。请改用地址连接。</translation>
    </message>
    <message>
        <source>Connect by address instead: that needs no multicast.</source>
        <translation>请改用地址连接：这不需要多播。</translation>
    </message>
    <message>
        <source>Connect to the same network, or to its VPN.</source>
        <translation>请连接到同一网络，或连接它的 VPN。</translation>
    </message>
    <message>
        <source>Connection refused</source>
        <translation>连接被拒绝</translation>
    </message>
    <message>
        <source>Connection reset by peer</source>
        <translation>连接被对方重置</translation>
    </message>
    <message>
        <source>Connection timed out</source>
        <translation>连接超时</translation>
    </message>
    <message>
        <source>Content-Digest is written like sha-256=:BASE64:.</source>
        <translation>Content-Digest 的写法如 sha-256=:BASE64:。</translation>
    </message>
    <message>
        <source>Content-Length is not a number of bytes.</source>
        <translation>Content-Length 不是字节数。</translation>
    </message>
    <message>
        <source>Content-Range is not bytes FIRST-LAST/SIZE.</source>
        <translation>Content-Range 不是 bytes FIRST-LAST/SIZE。</translation>
    </message>
    <message>
        <source>Device or resource busy</source>
        <translation>设备或资源忙</translation>
    </message>
    <message>
        <source>Devices are paired over https, and this server does not listen on it. Start it with --listen https://0.0.0.0:8765.</source>
        <translation>设备通过 https 配对，而此服务器没有监听 https。请用 --listen https://0.0.0.0:8765 启动它。</translation>
    </message>
    <message>
        <source>Disk quota exceeded</source>
        <translation>超出磁盘配额</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>文件名过长</translation>
    </message>
    <message>
        <source>Files are found below /files/.</source>
        <translation>文件位于 /files/ 之下。</translation>
    </message>
    <message>
        <source>Files can be fetched ahead only for a window on this computer. Download them instead.</source>
        <translation>只有这台电脑上的窗口才能预先获取文件。请改用下载。</translation>
    </message>
    <message>
        <source>Files cannot be cut by their content here: the fast part of pyfastcdc is missing.</source>
        <translation>这里无法按内容切分文件：缺少 pyfastcdc 的快速部分。</translation>
    </message>
    <message>
        <source>From another computer a transfer may name only files and folders in the share.</source>
        <translation>来自另一台电脑的传输只能包含共享中的文件和文件夹。</translation>
    </message>
    <message>
        <source>From there this computer is not reached, so nothing can be fetched from it.</source>
        <translation>从那里访问不到这台电脑，因此无法从它获取任何内容。</translation>
    </message>
    <message>
        <source>From there this computer is reached too, at {address}</source>
        <translation>从那里也能访问这台电脑，地址是 {address}</translation>
    </message>
    <message>
        <source>Guest Wi-Fi and VPNs keep multicast away, firewalls UDP port 5353. {by_hand}</source>
        <translation>访客 Wi-Fi 和 VPN 会阻挡多播，防火墙会阻挡 UDP 端口 5353。{by_hand}</translation>
    </message>
    <message>
        <source>Guests may have the permission none, read or write.</source>
        <translation>访客的权限可以是无、读取或写入。</translation>
    </message>
    <message>
        <source>If its owner set it up anew, pair again. Otherwise another computer has its address now, or somebody is in between: ask its owner first.</source>
        <translation>如果它的主人重新安装过，请再次配对。否则现在是另一台电脑占用了它的地址，或有人从中截取：请先询问它的主人。</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>输入/输出错误</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>是目录</translation>
    </message>
    <message>
        <source>It answers, in {took_ms} ms. This computer may {may} there.</source>
        <translation>它在 {took_ms} 毫秒内应答。这台电脑在那里可以{may}。</translation>
    </message>
    <message>
        <source>It changed in the meantime. Look at it again, then repeat.</source>
        <translation>它在此期间已改变。请查看后再操作。</translation>
    </message>
    <message>
        <source>It changed on the server while it was fetched. Fetch it again when it is at rest.</source>
        <translation>获取期间它在服务器上已改变。请等它不再变动后重新获取。</translation>
    </message>
    <message>
        <source>It does not know this computer, or not any more.</source>
        <translation>它不认识这台电脑，或已不再认识。</translation>
    </message>
    <message>
        <source>It is busy with too many requests. Try again in a moment.</source>
        <translation>请求过多，正忙。请稍后再试。</translation>
    </message>
    <message>
        <source>It is not a file any more. Look at the folder&apos;s list again.</source>
        <translation>它已不再是文件。请重新查看文件夹列表。</translation>
    </message>
    <message>
        <source>It is the one that this computer is paired with.</source>
        <translation>它就是与这台电脑配对的那一台。</translation>
    </message>
    <message>
        <source>It lies on another disk than the share&apos;s trash. Delete it permanently.</source>
        <translation>它与共享的回收站不在同一磁盘上。请永久删除它。</translation>
    </message>
    <message>
        <source>It runs filexfer {theirs}, this computer {ours}.</source>
        <translation>它运行 filexfer {theirs}，这台电脑运行 {ours}。</translation>
    </message>
    <message>
        <source>It runs filexfer {theirs}.</source>
        <translation>它运行 filexfer {theirs}。</translation>
    </message>
    <message>
        <source>It shows another key than the one it was paired with, so nothing is sent to it.</source>
        <translation>它出示的密钥与配对时不同，因此不会向它发送任何内容。</translation>
    </message>
    <message>
        <source>Let TCP port {port} in there. On Windows and macOS allow filexfer when asked, or in its firewall&apos;s settings; with firewalld: sudo firewall-cmd --add-port={port2}/tcp</source>
        <translation>请在那里放行 TCP 端口 {port}。在 Windows 和 macOS 上，请在询问时允许 filexfer，或在防火墙设置中允许；使用 firewalld 时：sudo firewall-cmd --add-port={port2}/tcp</translation>
    </message>
    <message>
        <source>Let filexfer in through this computer&apos;s firewall, if others are to fetch from it.</source>
        <translation>如果要让其他电脑从这里获取文件，请在这台电脑的防火墙中放行 filexfer。</translation>
    </message>
    <message>
        <source>Let filexfer out in its firewall.</source>
        <translation>请在防火墙中允许 filexfer 对外连接。</translation>
    </message>
    <message>
        <source>Lines between the chunks end with CR and LF.</source>
        <translation>各段之间的行以 CR 和 LF 结尾。</translation>
    </message>
    <message>
        <source>Make one on the server with `filexfer devices add NAME`.</source>
        <translation>请在服务器上用 `filexfer devices add NAME` 生成一个。</translation>
    </message>
    <message>
        <source>Names like “{area}” are kept for filexfer itself. Choose another one.</source>
        <translation>“{area}”这样的名称由 filexfer 自用。请选择另一个名称。</translation>
    </message>
    <message>
        <source>Network is unreachable</source>
        <translation>网络不可达</translation>
    </message>
    <message>
        <source>No computer is known by the name in {server}. Check how it is written, and the network.</source>
        <translation>找不到 {server} 中名称所指的电脑。请检查拼写和网络。</translation>
    </message>
    <message>
        <source>No computer is known by the name “{host}”.</source>
        <translation>找不到名为“{host}”的电脑。</translation>
    </message>
    <message>
        <source>No connection to {server}: {reason}.</source>
        <translation>无法连接到 {server}：{reason}。</translation>
    </message>
    <message>
        <source>No connection. Check the address, and that the server is running.</source>
        <translation>没有连接。请检查地址，以及服务器是否在运行。</translation>
    </message>
    <message>
        <source>No permission for {name} on this computer. Change its rights, or leave it out.</source>
        <translation>没有访问这台电脑上 {name} 的权限。请更改权限，或跳过它。</translation>
    </message>
    <message>
        <source>No route to host</source>
        <translation>没有到主机的路由</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>设备上没有空间</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>没有那个文件或目录</translation>
    </message>
    <message>
        <source>No thumbnail is made of a file of more than {image_bytes} MiB. Fetch it whole.</source>
        <translation>超过 {image_bytes} MiB 的文件不生成缩略图。请获取整个文件。</translation>
    </message>
    <message>
        <source>Nobody else answered by multicast, so computers nearby may not be listed.</source>
        <translation>没有其他设备应答多播，因此可能不会列出附近的电脑。</translation>
    </message>
    <message>
        <source>Nobody has looked at the disk yet.</source>
        <translation>还没有查看过磁盘。</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>不是目录</translation>
    </message>
    <message>
        <source>Not a regular file (a pipe, socket or device). Such things are not sent.</source>
        <translation>不是普通文件(管道、套接字或设备)。这类内容不会发送。</translation>
    </message>
    <message>
        <source>Not permitted.</source>
        <translation>不允许。</translation>
    </message>
    <message>
        <source>Nothing answers at {server}. Start the server there, or check the port.</source>
        <translation>{server} 没有应答。请在那里启动服务器，或检查端口。</translation>
    </message>
    <message>
        <source>Nothing can be kept in {parent}: {reason}. Choose another place, or make room.</source>
        <translation>无法在 {parent} 中保存任何内容：{reason}。请另选位置，或腾出空间。</translation>
    </message>
    <message>
        <source>Nothing comes back from {numbers}: it is off or asleep, in another network, or a firewall swallows all.</source>
        <translation>{numbers} 没有任何回应：它已关机或休眠，在另一个网络中，或防火墙拦截了一切。</translation>
    </message>
    <message>
        <source>Nothing is known of this receipt any more. Begin again.</source>
        <translation>已没有此回执的信息。请重新开始。</translation>
    </message>
    <message>
        <source>Nothing of this upload is there any more.</source>
        <translation>此上传的内容已全部不在那里。</translation>
    </message>
    <message>
        <source>Of expectations only 100-continue is known.</source>
        <translation>Expect 只接受 100-continue。</translation>
    </message>
    <message>
        <source>Of transfer encodings only chunked is known.</source>
        <translation>传输编码只接受 chunked。</translation>
    </message>
    <message>
        <source>On a PUT If-None-Match is *, for no-clobber.</source>
        <translation>PUT 的 If-None-Match 是 *，表示不覆盖。</translation>
    </message>
    <message>
        <source>On the other computer run `filexfer invite`, or choose “Pair a device” in its app; then pair here.</source>
        <translation>请在另一台电脑上运行 `filexfer invite`，或在它的应用中选择“配对设备”；然后在这里配对。</translation>
    </message>
    <message>
        <source>One computer answers by multicast, and it runs filexfer.</source>
        <translation>有一台电脑应答多播，它运行 filexfer。</translation>
    </message>
    <message>
        <source>One computer or device answers by multicast, without filexfer.</source>
        <translation>有一台电脑或设备应答多播，但没有运行 filexfer。</translation>
    </message>
    <message>
        <source>One letter before a colon is a drive, not a saved server.</source>
        <translation>冒号前的单个字母是驱动器，不是已保存的服务器。</translation>
    </message>
    <message>
        <source>Only processes of the user who runs this server are let in here.</source>
        <translation>这里只接受运行此服务器的用户的进程。</translation>
    </message>
    <message>
        <source>Only the first {most_entries} entries are shown.</source>
        <translation>只显示前 {most_entries} 个条目。</translation>
    </message>
    <message>
        <source>Only uploads can be taken back. Delete what was downloaded where it lies.</source>
        <translation>只有上传可以撤销。下载的内容请在其所在位置删除。</translation>
    </message>
    <message>
        <source>Only what is sent can be planned. Begin other transfers with job_add.</source>
        <translation>只有发送可以预先查看。其他传输请用 job_add 开始。</translation>
    </message>
    <message>
        <source>Operation not permitted</source>
        <translation>不允许的操作</translation>
    </message>
    <message>
        <source>Operation not supported</source>
        <translation>不支持的操作</translation>
    </message>
    <message>
        <source>Other receipts are at work. Wait until one of them is done.</source>
        <translation>其他回执正在处理。请等其中一个完成。</translation>
    </message>
    <message>
        <source>Others may write in {parent}, so what is private could be taken away. Run “chmod go-w {parent2}”, then start again.</source>
        <translation>其他人可以写入 {parent}，因此私密内容可能被取走。请运行“chmod go-w {parent2}”，然后重新启动。</translation>
    </message>
    <message>
        <source>Pair again with `filexfer pair`.</source>
        <translation>请用 `filexfer pair` 重新配对。</translation>
    </message>
    <message>
        <source>Pairing did not succeed. Ask for a new invitation and try again.</source>
        <translation>配对未成功。请索取新的邀请后再试。</translation>
    </message>
    <message>
        <source>Pairing goes over https only. Use the address that the invitation shows.</source>
        <translation>配对只通过 https 进行。请使用邀请中显示的地址。</translation>
    </message>
    <message>
        <source>Pairing needs an encrypted connection. Give the address with https://.</source>
        <translation>配对需要加密连接。请给出以 https:// 开头的地址。</translation>
    </message>
    <message>
        <source>Pairing takes a link, or an address and a code.</source>
        <translation>配对需要链接，或地址和配对码。</translation>
    </message>
    <message>
        <source>Pairing takes an address like https://HOST:8765/.</source>
        <translation>配对需要类似 https://HOST:8765/ 的地址。</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>权限不足</translation>
    </message>
    <message>
        <source>Plain http is readable by everybody on the way, so it is served on this machine only: listen on https://, or on http://localhost. If you insist, allow it with --insecure.</source>
        <translation>普通 http 在途中人人可读，因此只在本机上提供：请监听 https:// 或 http://localhost。如果坚持，请用 --insecure 允许。</translation>
    </message>
    <message>
        <source>Plug in the cable, or switch on Wi-Fi.</source>
        <translation>请插上网线，或打开 Wi-Fi。</translation>
    </message>
    <message>
        <source>Processing instructions are not taken.</source>
        <translation>不接受处理指令。</translation>
    </message>
    <message>
        <source>Ranges are in order, apart from each other, and not empty.</source>
        <translation>范围须按顺序、互不相连且不为空。</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>只读文件系统</translation>
    </message>
    <message>
        <source>Receipts are made and checked by a window of the computer itself.</source>
        <translation>回执只能由这台电脑自己的窗口生成和核对。</translation>
    </message>
    <message>
        <source>Run this there:</source>
        <translation>请在那里运行：</translation>
    </message>
    <message>
        <source>Save a server under its address, like https://HOST:8765/.</source>
        <translation>请用类似 https://HOST:8765/ 的地址保存服务器。</translation>
    </message>
    <message>
        <source>Secrets are told over https only, or on the computer that shares.</source>
        <translation>机密内容只通过 https 告知，或在共享的电脑上告知。</translation>
    </message>
    <message>
        <source>Sharing is off, so no other computer reaches this one.</source>
        <translation>共享已关闭，因此没有其他电脑能访问这台电脑。</translation>
    </message>
    <message>
        <source>Somebody listens at this socket.</source>
        <translation>有程序在此套接字上监听。</translation>
    </message>
    <message>
        <source>Something of that name is already there. Overwrite it, or choose another name.</source>
        <translation>那里已有同名的内容。请覆盖它，或选择另一个名称。</translation>
    </message>
    <message>
        <source>Something of that name is already there; it was left as it is.</source>
        <translation>那里已有同名的内容；保持原样。</translation>
    </message>
    <message>
        <source>Something unforeseen went wrong ({type}: {error}). Start filexfer again; should it come back, report it.</source>
        <translation>发生了意外错误({type}：{error})。请重新启动 filexfer；如再次出现，请报告。</translation>
    </message>
    <message>
        <source>Something was done with this selection already. Select again, then repeat.</source>
        <translation>对此选择已经做过某些操作。请重新选择，再重复。</translation>
    </message>
    <message>
        <source>Something went wrong.</source>
        <translation>出了问题。</translation>
    </message>
    <message>
        <source>Stale file handle</source>
        <translation>文件句柄已失效</translation>
    </message>
    <message>
        <source>Start filexfer again.</source>
        <translation>请重新启动 filexfer。</translation>
    </message>
    <message>
        <source>Switch it on in the app, or start a server:</source>
        <translation>请在应用中打开共享，或启动服务器：</translation>
    </message>
    <message>
        <source>Switch on sharing in its app, or start the server there; it says its port.</source>
        <translation>请在它的应用中打开共享，或在那里启动服务器；它会显示端口。</translation>
    </message>
    <message>
        <source>TLS failed: {reason}.</source>
        <translation>TLS 失败：{reason}。</translation>
    </message>
    <message>
        <source>That computer could not show that it knows the code, so nothing was kept. Check the address; somebody may be in between. Ask for a new invitation and try again.</source>
        <translation>那台电脑无法证明它知道配对码，因此没有保存任何内容。请检查地址；可能有人从中截取。请索取新的邀请后再试。</translation>
    </message>
    <message>
        <source>The address names no host. Write http://HOST:PORT/.</source>
        <translation>地址中没有主机。请写作 http://HOST:PORT/。</translation>
    </message>
    <message>
        <source>The answer holds not exactly one value.</source>
        <translation>应答中不是恰好一个值。</translation>
    </message>
    <message>
        <source>The answer is a fault without a code and a text.</source>
        <translation>应答是没有代码和文本的错误。</translation>
    </message>
    <message>
        <source>The answer is a fault without a value.</source>
        <translation>应答是没有值的错误。</translation>
    </message>
    <message>
        <source>The answer is not one of HTTP. Is there another kind of server at this address?</source>
        <translation>应答不是 HTTP。此地址上是另一种服务器吗？</translation>
    </message>
    <message>
        <source>The answer is not one of XML-RPC. Is there another kind of server at this address?</source>
        <translation>应答不是 XML-RPC。此地址上是另一种服务器吗？</translation>
    </message>
    <message>
        <source>The answers before this one are as large as a batch&apos;s may be. Ask for this one in another batch.</source>
        <translation>在此之前的应答已达到一批的上限。请在另一批中请求。</translation>
    </message>
    <message>
        <source>The background service answers in an unknown form. Quit and start filexfer again.</source>
        <translation>后台服务的应答格式未知。请退出并重新启动 filexfer。</translation>
    </message>
    <message>
        <source>The background service does not answer. Start filexfer again.</source>
        <translation>后台服务没有应答。请重新启动 filexfer。</translation>
    </message>
    <message>
        <source>The background service was stopped meanwhile. Look what was done, then repeat the rest.</source>
        <translation>后台服务在此期间停止了。请查看已完成的部分，然后重复其余部分。</translation>
    </message>
    <message>
        <source>The bytes behind a call are {most} at most. Send it in smaller parts.</source>
        <translation>调用之后的字节最多为 {most} 个。请分成更小的部分发送。</translation>
    </message>
    <message>
        <source>The bytes that arrived are not the bytes that were sent. Send them again.</source>
        <translation>收到的字节与发送的不同。请重新发送。</translation>
    </message>
    <message>
        <source>The bytes that arrived do not have the digest that the server gave. Try again.</source>
        <translation>收到的字节与服务器给出的摘要不符。请再试一次。</translation>
    </message>
    <message>
        <source>The call holds more large binary values than are taken. Send it in smaller parts.</source>
        <translation>调用中的大型二进制值超过了可接受的数量。请分成较小的部分发送。</translation>
    </message>
    <message>
        <source>The call holds more values than are taken. Send it in smaller parts.</source>
        <translation>调用中的值超过了可接受的数量。请分成较小的部分发送。</translation>
    </message>
    <message>
        <source>The certificate in the token file is not whole. {how}</source>
        <translation>令牌文件中的证书不完整。{how}</translation>
    </message>
    <message>
        <source>The chunks are too small for so many of them.</source>
        <translation>分段太小，数量太多。</translation>
    </message>
    <message>
        <source>The columns of a batch do not fit each other.</source>
        <translation>批次的各列互不相符。</translation>
    </message>
    <message>
        <source>The columns of a file&apos;s pieces have different lengths.</source>
        <translation>文件各片段的列长度不一致。</translation>
    </message>
    <message>
        <source>The columns of a packed index have different lengths.</source>
        <translation>打包索引的各列长度不同。</translation>
    </message>
    <message>
        <source>The columns of a packed listing have different lengths.</source>
        <translation>打包列表的各列长度不同。</translation>
    </message>
    <message>
        <source>The columns of the server&apos;s listing are not equally long. Open the folder again.</source>
        <translation>服务器列表的各列长度不等。请重新打开文件夹。</translation>
    </message>
    <message>
        <source>The computer that answers at {address} is not the one that made this invitation, so it was told nothing. Check the address; somebody may be in between.</source>
        <translation>在 {address} 应答的电脑不是发出此邀请的那一台，因此没有告诉它任何内容。请检查地址；可能有人从中截取。</translation>
    </message>
    <message>
        <source>The connection broke off.</source>
        <translation>连接中断了。</translation>
    </message>
    <message>
        <source>The connection broke off. Try again; what arrived is kept.</source>
        <translation>连接中断。请再试一次；已到达的内容会保留。</translation>
    </message>
    <message>
        <source>The connection broke off: {reason}.</source>
        <translation>连接中断：{reason}。</translation>
    </message>
    <message>
        <source>The connection is encrypted.</source>
        <translation>连接已加密。</translation>
    </message>
    <message>
        <source>The connection to {server} broke off. Try again; what arrived is kept.</source>
        <translation>到 {server} 的连接中断。请再试一次；已到达的内容会保留。</translation>
    </message>
    <message>
        <source>The content is a base64 value (in Python: xmlrpc.client.Binary).</source>
        <translation>内容是 base64 值(在 Python 中：xmlrpc.client.Binary)。</translation>
    </message>
    <message>
        <source>The data is a base64 value (in Python: xmlrpc.client.Binary).</source>
        <translation>数据是 base64 值(在 Python 中：xmlrpc.client.Binary)。</translation>
    </message>
    <message>
        <source>The devices kept in {folder} cannot be read: {reason}.</source>
        <translation>无法读取保存在 {folder} 中的设备：{reason}。</translation>
    </message>
    <message>
        <source>The digest in Content-Digest does not have 32 bytes.</source>
        <translation>Content-Digest 中的摘要不是 32 字节。</translation>
    </message>
    <message>
        <source>The digests are 32 bytes for each block of the piece.</source>
        <translation>该片段的每个块对应 32 字节的摘要。</translation>
    </message>
    <message>
        <source>The digests do not fit their count.</source>
        <translation>摘要与其数量不符。</translation>
    </message>
    <message>
        <source>The disk cannot hold a name with these characters. Choose another one.</source>
        <translation>磁盘无法保存含有这些字符的名称。请选择另一个名称。</translation>
    </message>
    <message>
        <source>The disk cannot hold this name, or not at this place. Choose another one.</source>
        <translation>磁盘无法保存此名称，或不能在此处保存。请选择另一个名称。</translation>
    </message>
    <message>
        <source>The disk could not make the file durable, so it does not count as stored. Check the disk, then send it again.</source>
        <translation>磁盘未能将文件持久保存，因此不算已存储。请检查磁盘，然后重新发送。</translation>
    </message>
    <message>
        <source>The disk is mounted read-only. Mount it for writing, then try again.</source>
        <translation>磁盘以只读方式挂载。请以可写方式挂载后再试。</translation>
    </message>
    <message>
        <source>The disk of the shared folder could not be looked at. The server&apos;s log tells why.</source>
        <translation>无法查看共享文件夹所在的磁盘。服务器的日志说明了原因。</translation>
    </message>
    <message>
        <source>The disk reported an error ({name}). Check the disk, then try again.</source>
        <translation>磁盘报告了错误({name})。请检查磁盘后再试。</translation>
    </message>
    <message>
        <source>The disk reported an error; nothing was changed. Check the disk, then try again.</source>
        <translation>磁盘报告了错误；没有任何更改。请检查磁盘后再试。</translation>
    </message>
    <message>
        <source>The disk under the folder is gone. Connect it, then start again.</source>
        <translation>文件夹所在的磁盘已断开。请连接后重新启动。</translation>
    </message>
    <message>
        <source>The disk&apos;s file system cannot hold so large a file. Choose another disk.</source>
        <translation>磁盘的文件系统无法保存这么大的文件。请选择另一磁盘。</translation>
    </message>
    <message>
        <source>The encoding of a message is UTF-8 or US-ASCII. Send it in UTF-8.</source>
        <translation>消息的编码是 UTF-8 或 US-ASCII。请用 UTF-8 发送。</translation>
    </message>
    <message>
        <source>The file grew while it was sent.</source>
        <translation>文件在发送期间变大了。</translation>
    </message>
    <message>
        <source>The file has become shorter while it was read. Read it again.</source>
        <translation>文件在读取期间变短了。请重新读取。</translation>
    </message>
    <message>
        <source>The file is another version now.</source>
        <translation>文件现在是另一个版本。</translation>
    </message>
    <message>
        <source>The file shrank while it was sent.</source>
        <translation>文件在发送期间变小了。</translation>
    </message>
    <message>
        <source>The folder changed meanwhile. Select again, then repeat.</source>
        <translation>文件夹在此期间已改变。请重新选择，再重复。</translation>
    </message>
    <message>
        <source>The folder is not empty. Delete what is in it first.</source>
        <translation>文件夹不是空的。请先删除其中的内容。</translation>
    </message>
    <message>
        <source>The folder is not shared any more. Try again when it is back.</source>
        <translation>文件夹已不再共享。请等它恢复后再试。</translation>
    </message>
    <message>
        <source>The folder lies on another disk that is mounted in the share. Delete what is in it first.</source>
        <translation>文件夹位于挂载在共享中的另一磁盘上。请先删除其中的内容。</translation>
    </message>
    <message>
        <source>The folder of icons and translations is missing: {places}. Install filexfer again.</source>
        <translation>缺少图标和翻译的文件夹：{places}。请重新安装 filexfer。</translation>
    </message>
    <message>
        <source>The folder to share is given by its whole path.</source>
        <translation>要共享的文件夹须用完整路径给出。</translation>
    </message>
    <message>
        <source>The folder {folder} belongs to somebody else. Remove it, then start again.</source>
        <translation>文件夹 {folder} 属于其他人。请移除它，然后重新启动。</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be made: {reason}. Choose another place.</source>
        <translation>无法创建文件夹 {folder}：{reason}。请另选位置。</translation>
    </message>
    <message>
        <source>The folder “{shown}” is not empty. Delete what is in it first.</source>
        <translation>文件夹“{shown}”不是空的。请先删除其中的内容。</translation>
    </message>
    <message>
        <source>The folder&apos;s hidden area vanishes as soon as it is made. See what else works on this folder.</source>
        <translation>文件夹的隐藏区域一创建就消失。请查看还有什么在使用此文件夹。</translation>
    </message>
    <message>
        <source>The head does not end with an empty line.</source>
        <translation>头部没有以空行结束。</translation>
    </message>
    <message>
        <source>The head has both Content-Length and Transfer-Encoding.</source>
        <translation>头部同时有 Content-Length 和 Transfer-Encoding。</translation>
    </message>
    <message>
        <source>The head has more than {head_fields} fields.</source>
        <translation>头部超过 {head_fields} 个字段。</translation>
    </message>
    <message>
        <source>The head has {name} twice.</source>
        <translation>头部有两个 {name}。</translation>
    </message>
    <message>
        <source>The head is longer than {head_bytes} bytes.</source>
        <translation>头部超过 {head_bytes} 字节。</translation>
    </message>
    <message>
        <source>The head is not one of HTTP/1.1: {error}.</source>
        <translation>头部不是 HTTP/1.1：{error}。</translation>
    </message>
    <message>
        <source>The head is not that of a request.</source>
        <translation>头部不是请求的头部。</translation>
    </message>
    <message>
        <source>The head of a request took too long.</source>
        <translation>请求头部耗时过长。</translation>
    </message>
    <message>
        <source>The head of the request is too long.</source>
        <translation>请求头部过长。</translation>
    </message>
    <message>
        <source>The history of transfers cannot be read: {error}.</source>
        <translation>无法读取传输历史：{error}。</translation>
    </message>
    <message>
        <source>The history of transfers cannot be written: {error}. Look for free space.</source>
        <translation>无法写入传输历史：{error}。请检查可用空间。</translation>
    </message>
    <message>
        <source>The history of transfers is damaged. Move it away, and start again.</source>
        <translation>传输历史已损坏。请将它移走，然后重新启动。</translation>
    </message>
    <message>
        <source>The history of transfers, {path}, cannot be used: {error}. Check the rights of its folder, or move it away.</source>
        <translation>无法使用传输历史 {path}：{error}。请检查其文件夹的权限，或将它移走。</translation>
    </message>
    <message>
        <source>The host in the address is not one that can be. Check its spelling.</source>
        <translation>地址中的主机不可能存在。请检查拼写。</translation>
    </message>
    <message>
        <source>The kinds of a packed listing are letters of “fdlo”.</source>
        <translation>打包列表的类型是“fdlo”中的字母。</translation>
    </message>
    <message>
        <source>The machine could not do it.</source>
        <translation>机器未能完成。</translation>
    </message>
    <message>
        <source>The machine is out of memory. Try again in a moment.</source>
        <translation>机器内存不足。请稍后再试。</translation>
    </message>
    <message>
        <source>The message does not begin with a call and the name of its method.</source>
        <translation>消息没有以调用和方法名称开头。</translation>
    </message>
    <message>
        <source>The message has a {tag} element, or text in it, where XML-RPC has none.</source>
        <translation>消息中有 {tag} 元素或文本，而 XML-RPC 中此处没有。</translation>
    </message>
    <message>
        <source>The message holds a tag that is not of XML-RPC, or one with attributes.</source>
        <translation>消息中有不属于 XML-RPC 的标签，或带属性的标签。</translation>
    </message>
    <message>
        <source>The message holds more values than are taken. Send it in smaller parts.</source>
        <translation>消息中的值超过了可接受的数量。请分成较小的部分发送。</translation>
    </message>
    <message>
        <source>The message is not a call: methodCall holds methodName and params.</source>
        <translation>消息不是调用：methodCall 包含 methodName 和 params。</translation>
    </message>
    <message>
        <source>The message is not well-formed XML.</source>
        <translation>消息不是格式正确的 XML。</translation>
    </message>
    <message>
        <source>The message is not well-formed XML: {error}.</source>
        <translation>消息不是格式正确的 XML：{error}。</translation>
    </message>
    <message>
        <source>The method does not take these parameters. `system.methodHelp` tells which it takes.</source>
        <translation>方法不接受这些参数。`system.methodHelp` 会说明它接受哪些参数。</translation>
    </message>
    <message>
        <source>The name holds half a character. Choose another one.</source>
        <translation>名称中有半个字符。请选择另一个名称。</translation>
    </message>
    <message>
        <source>The name of a saved server holds no colon. Choose another one.</source>
        <translation>已保存服务器的名称中没有冒号。请选择另一个名称。</translation>
    </message>
    <message>
        <source>The name of the method is ambiguous.</source>
        <translation>方法名称有歧义。</translation>
    </message>
    <message>
        <source>The name of the method is not UTF-8.</source>
        <translation>方法名称不是 UTF-8。</translation>
    </message>
    <message>
        <source>The name of this device has 1 to {name_characters} characters. Choose another one.</source>
        <translation>此设备的名称有 1 到 {name_characters} 个字符。请选择另一个名称。</translation>
    </message>
    <message>
        <source>The name “{host}” stands for {numbers}.</source>
        <translation>名称“{host}”代表 {numbers}。</translation>
    </message>
    <message>
        <source>The names in a struct are strings that XML can hold.</source>
        <translation>结构中的名称是 XML 能容纳的字符串。</translation>
    </message>
    <message>
        <source>The offset lies outside the file, which has {size} bytes.</source>
        <translation>偏移超出文件，文件有 {size} 字节。</translation>
    </message>
    <message>
        <source>The option {name} is {value}.</source>
        <translation>选项 {name} 是{value}。</translation>
    </message>
    <message>
        <source>The other side changes its keys over and over.</source>
        <translation>对方反复更换密钥。</translation>
    </message>
    <message>
        <source>The other side ended in mid-request.</source>
        <translation>对方在请求中途结束。</translation>
    </message>
    <message>
        <source>The other side is too slow.</source>
        <translation>对方太慢。</translation>
    </message>
    <message>
        <source>The other side speaks TLS and says nothing.</source>
        <translation>对方使用 TLS 却不说话。</translation>
    </message>
    <message>
        <source>The other side stood still for too long.</source>
        <translation>对方停顿过久。</translation>
    </message>
    <message>
        <source>The outcomes of a batch do not say what became of each file.</source>
        <translation>批次的结果没有说明每个文件的情况。</translation>
    </message>
    <message>
        <source>The path goes through more than {components} folders. Use a shorter one.</source>
        <translation>路径经过的文件夹超过 {components} 个。请使用较短的路径。</translation>
    </message>
    <message>
        <source>The path is longer than {path_bytes} bytes. Use a shorter one.</source>
        <translation>路径超过 {path_bytes} 字节。请使用较短的路径。</translation>
    </message>
    <message>
        <source>The path of {name} is too long for this computer.</source>
        <translation>对这台电脑来说，{name} 的路径过长。</translation>
    </message>
    <message>
        <source>The pieces of a file do not fit it.</source>
        <translation>文件的片段与文件不符。</translation>
    </message>
    <message>
        <source>The quota of this account on the disk is used up. Make room, then try again.</source>
        <translation>此账户在磁盘上的配额已用完。请腾出空间后再试。</translation>
    </message>
    <message>
        <source>The range lies outside the file, which has {size} bytes.</source>
        <translation>范围超出文件，文件有 {size} 字节。</translation>
    </message>
    <message>
        <source>The ranges are first and last rows, in rising order.</source>
        <translation>范围是首行和末行，按升序排列。</translation>
    </message>
    <message>
        <source>The ranges are pairs of 32-bit numbers, and at least one.</source>
        <translation>范围是成对的 32 位数字，至少一对。</translation>
    </message>
    <message>
        <source>The rate is a number of bytes per second, 0 for no limit.</source>
        <translation>速率是每秒字节数，0 表示不限制。</translation>
    </message>
    <message>
        <source>The reader is closed.</source>
        <translation>读取已关闭。</translation>
    </message>
    <message>
        <source>The request cannot be done as asked.</source>
        <translation>请求无法按要求完成。</translation>
    </message>
    <message>
        <source>The request is not well-formed XML-RPC.</source>
        <translation>请求不是格式正确的 XML-RPC。</translation>
    </message>
    <message>
        <source>The request line is not METHOD TARGET HTTP/1.1.</source>
        <translation>请求行不是 METHOD TARGET HTTP/1.1。</translation>
    </message>
    <message>
        <source>The request names no host.</source>
        <translation>请求中没有主机。</translation>
    </message>
    <message>
        <source>The same call is still being done. Ask again in a moment.</source>
        <translation>相同的调用仍在进行。请稍后再问。</translation>
    </message>
    <message>
        <source>The server answered another number of files than were asked for. Update the server.</source>
        <translation>服务器应答的文件数量与请求的不同。请更新服务器。</translation>
    </message>
    <message>
        <source>The server answered other files than were asked for. Update the server.</source>
        <translation>服务器应答的不是所请求的文件。请更新服务器。</translation>
    </message>
    <message>
        <source>The server answered with a fault.</source>
        <translation>服务器应答了一个错误。</translation>
    </message>
    <message>
        <source>The server did not answer each call. Update the server.</source>
        <translation>服务器没有回答每个调用。请更新服务器。</translation>
    </message>
    <message>
        <source>The server did not answer for each file. Update the server.</source>
        <translation>服务器没有对每个文件作出应答。请更新服务器。</translation>
    </message>
    <message>
        <source>The server did not say what became of each file. Update the server.</source>
        <translation>服务器没有说明每个文件的情况。请更新服务器。</translation>
    </message>
    <message>
        <source>The server does not listen on this address.</source>
        <translation>服务器没有监听此地址。</translation>
    </message>
    <message>
        <source>The server here does not answer at {server}</source>
        <translation>这里的服务器在 {server} 没有应答</translation>
    </message>
    <message>
        <source>The server here listens at {server}</source>
        <translation>这里的服务器正在监听 {server}</translation>
    </message>
    <message>
        <source>The server holds too much of your calls and answers at once. Read the answers, and ask for less at a time.</source>
        <translation>服务器同时保留的你的调用和应答过多。请先读取应答，并减少每次的请求。</translation>
    </message>
    <message>
        <source>The server is shutting down. Try again when it is back.</source>
        <translation>服务器正在关闭。请等它恢复后再试。</translation>
    </message>
    <message>
        <source>The server loses blocks that it has confirmed. Look at its disk, and update it.</source>
        <translation>服务器丢失了它已确认的数据块。请检查它的磁盘，并更新它。</translation>
    </message>
    <message>
        <source>The server met an error of its own. Its log tells more under {reference}.</source>
        <translation>服务器自身出错。它的日志中编号 {reference} 处有更多信息。</translation>
    </message>
    <message>
        <source>The server met an error of its own. Its log tells more.</source>
        <translation>服务器自身出错。它的日志中有更多信息。</translation>
    </message>
    <message>
        <source>The server sent another part than was asked for. Update the server.</source>
        <translation>服务器发送的不是所请求的部分。请更新服务器。</translation>
    </message>
    <message>
        <source>The server tells of blocks that it was not asked about. Update the server.</source>
        <translation>服务器告知了未被询问的块。请更新服务器。</translation>
    </message>
    <message>
        <source>The server tells of more pieces than it was asked for. Update the server.</source>
        <translation>服务器告知的片段多于所请求的。请更新服务器。</translation>
    </message>
    <message>
        <source>The server tells other digests than it was asked for. Update the server.</source>
        <translation>服务器告知的摘要与所请求的不同。请更新服务器。</translation>
    </message>
    <message>
        <source>The server wants files in blocks of {block_size} bytes, which cannot be. Update it.</source>
        <translation>服务器要求的文件数据块为 {block_size} 字节，这是不可能的。请更新它。</translation>
    </message>
    <message>
        <source>The server&apos;s answer for a block is not well-formed. Update the server.</source>
        <translation>服务器对数据块的应答格式不正确。请更新服务器。</translation>
    </message>
    <message>
        <source>The server&apos;s answer is not well-formed. Update the server.</source>
        <translation>服务器的应答格式不正确。请更新服务器。</translation>
    </message>
    <message>
        <source>The server&apos;s key {file} cannot be made: {reason}.</source>
        <translation>无法生成服务器的密钥 {file}：{reason}。</translation>
    </message>
    <message>
        <source>The server&apos;s key {file} cannot be read: {reason}.</source>
        <translation>无法读取服务器的密钥 {file}：{reason}。</translation>
    </message>
    <message>
        <source>The server&apos;s key {file} is damaged. Put it back from a backup; or delete it and start again, which makes a new key, and then pair all devices anew.</source>
        <translation>服务器的密钥 {file} 已损坏。请从备份恢复；或删除它并重新启动，这会生成新密钥，之后须重新配对所有设备。</translation>
    </message>
    <message>
        <source>The server&apos;s list of digests has no end. Update the server.</source>
        <translation>服务器的摘要列表没有终点。请更新服务器。</translation>
    </message>
    <message>
        <source>The server&apos;s list of this folder has no end. Update the server.</source>
        <translation>服务器的此文件夹列表没有终点。请更新服务器。</translation>
    </message>
    <message>
        <source>The server&apos;s listing does not come to an end.</source>
        <translation>服务器的列表没有终点。</translation>
    </message>
    <message>
        <source>The server&apos;s listing is none. Is it a filexfer server?</source>
        <translation>服务器给出的不是列表。它是 filexfer 服务器吗？</translation>
    </message>
    <message>
        <source>The server&apos;s listing lacks columns. Is it a filexfer server?</source>
        <translation>服务器的列表缺少列。它是 filexfer 服务器吗？</translation>
    </message>
    <message>
        <source>The server&apos;s thumbnail is none. Is it a filexfer server?</source>
        <translation>服务器给出的不是缩略图。它是 filexfer 服务器吗？</translation>
    </message>
    <message>
        <source>The share itself cannot be deleted. Delete what is in it.</source>
        <translation>共享本身不能删除。请删除其中的内容。</translation>
    </message>
    <message>
        <source>The share itself cannot be moved, nor be a target. Name something in it.</source>
        <translation>共享本身不能移动，也不能作为目标。请指定其中的内容。</translation>
    </message>
    <message>
        <source>The shared folder is gone: somebody has removed it. Put it back, then share it again.</source>
        <translation>共享的文件夹不见了：有人移走了它。请放回去，再重新共享。</translation>
    </message>
    <message>
        <source>The shared folder was deleted. Make it again, then start the server anew.</source>
        <translation>共享文件夹已被删除。请重新创建它，然后重新启动服务器。</translation>
    </message>
    <message>
        <source>The size of a chunk is not a hexadecimal number.</source>
        <translation>分段的大小不是十六进制数。</translation>
    </message>
    <message>
        <source>The size of a file is not negative.</source>
        <translation>文件大小不能为负。</translation>
    </message>
    <message>
        <source>The sizes of the files do not add up to the data.</source>
        <translation>文件大小之和与数据不符。</translation>
    </message>
    <message>
        <source>The source ended before the size that was told.</source>
        <translation>来源在达到所给大小之前就结束了。</translation>
    </message>
    <message>
        <source>The system does not permit this to the account filexfer runs as. Check the permissions.</source>
        <translation>系统不允许运行 filexfer 的账户这样做。请检查权限。</translation>
    </message>
    <message>
        <source>The system does not tell of changes in more folders ({error}).</source>
        <translation>系统无法再报告更多文件夹的变化({error})。</translation>
    </message>
    <message>
        <source>The system is using this itself. Try again later.</source>
        <translation>系统正在使用它。请稍后再试。</translation>
    </message>
    <message>
        <source>The system told of a change that has no name ({error}).</source>
        <translation>系统报告了一个没有名称的变化({error})。</translation>
    </message>
    <message>
        <source>The system&apos;s keyring does not give the token for this server. Unlock it and try again.</source>
        <translation>系统的密钥环没有给出此服务器的令牌。请解锁后再试。</translation>
    </message>
    <message>
        <source>The system&apos;s settings could not be changed: {reason}.</source>
        <translation>无法更改系统设置：{reason}。</translation>
    </message>
    <message>
        <source>The target of a request begins with “/”.</source>
        <translation>请求的目标以“/”开头。</translation>
    </message>
    <message>
        <source>The text of this call is longer than is taken. Send it in smaller parts.</source>
        <translation>此调用的文本超过了可接受的长度。请分成较小的部分发送。</translation>
    </message>
    <message>
        <source>The token for {name} is in the system&apos;s keyring, which {error}. Unlock it and try again, or pair again.</source>
        <translation>{name} 的令牌在系统的密钥环中，而密钥环{error}。请解锁后再试，或重新配对。</translation>
    </message>
    <message>
        <source>The token for {name} is not in the system&apos;s keyring any more. {again}</source>
        <translation>{name} 的令牌已不在系统的密钥环中。{again}</translation>
    </message>
    <message>
        <source>The token goes into a file: the system&apos;s keyring %s.</source>
        <translation>令牌将存入文件：系统的密钥环%s。</translation>
    </message>
    <message>
        <source>The trailers behind the chunks are too long.</source>
        <translation>各段之后的尾部过长。</translation>
    </message>
    <message>
        <source>The value that the bytes behind a call stand for is empty base64 in it.</source>
        <translation>调用之后的字节所代表的值，在调用中须为空的 base64。</translation>
    </message>
    <message>
        <source>The whole file is not the one that was announced. It may have changed while it was sent; send it again.</source>
        <translation>整个文件与事先声明的不符。它可能在发送期间改变了；请重新发送。</translation>
    </message>
    <message>
        <source>The zone of an IPv6 address is a network interface, like [fe80::1%25eth0].</source>
        <translation>IPv6 地址的区域是网络接口，例如 [fe80::1%25eth0]。</translation>
    </message>
    <message>
        <source>The {name} has {length} bytes.</source>
        <translation>{name} 有 {length} 字节。</translation>
    </message>
    <message>
        <source>There are more digests than blocks until the end of the file.</source>
        <translation>摘要的数量多于到文件末尾为止的块数。</translation>
    </message>
    <message>
        <source>There are {by_id} devices, which is the most. Revoke those that are not used any more.</source>
        <translation>已有 {by_id} 台设备，达到上限。请撤销不再使用的设备。</translation>
    </message>
    <message>
        <source>There are {candidates} entries named like “{wanted}”. Choose another name.</source>
        <translation>已有 {candidates} 个名称类似“{wanted}”的条目。请选择另一个名称。</translation>
    </message>
    <message>
        <source>There are {candidates} files named like “{parts}”. Choose another name.</source>
        <translation>已有 {candidates} 个名称类似“{parts}”的文件。请选择另一个名称。</translation>
    </message>
    <message>
        <source>There is a saved server “{new}” already. Choose another name.</source>
        <translation>已有已保存的服务器“{new}”。请选择另一个名称。</translation>
    </message>
    <message>
        <source>There is no computer called {host}. Check the address.</source>
        <translation>没有名为 {host} 的电脑。请检查地址。</translation>
    </message>
    <message>
        <source>There is no digest algorithm “{algorithm}”. Use blake3 or sha256.</source>
        <translation>没有摘要算法“{algorithm}”。请使用 blake3 或 sha256。</translation>
    </message>
    <message>
        <source>There is no option “{name}”. Known are: {query}, view, refresh.</source>
        <translation>没有选项“{name}”。已知的有：{query}、view、refresh。</translation>
    </message>
    <message>
        <source>There is no option “{name}”. Known are: {sorted}.</source>
        <translation>没有选项“{name}”。已知的有：{sorted}。</translation>
    </message>
    <message>
        <source>There is no picture in this share. Send one with image_put, or name a file.</source>
        <translation>此共享中没有图片。请用 image_put 发送一张，或指定一个文件。</translation>
    </message>
    <message>
        <source>There is no saved server “{address}” here. Name it by its address, like https://HOST:8765/.</source>
        <translation>这里没有已保存的服务器“{address}”。请用它的地址，例如 https://HOST:8765/。</translation>
    </message>
    <message>
        <source>There is no saved server “{name}”. The list of servers tells which there are.</source>
        <translation>没有已保存的服务器“{name}”。服务器列表会说明有哪些。</translation>
    </message>
    <message>
        <source>There is no socket {server}. Check the path, and that the server is running.</source>
        <translation>没有套接字 {server}。请检查路径，以及服务器是否在运行。</translation>
    </message>
    <message>
        <source>There is no such act here.</source>
        <translation>这里没有这样的操作。</translation>
    </message>
    <message>
        <source>There is no such chunking. Use {name_of}, or a power of two up to {name_of2}.</source>
        <translation>没有这种切分方式。请使用 {name_of}，或不超过 {name_of2} 的 2 的幂。</translation>
    </message>
    <message>
        <source>There is no such file or folder. Look at the folder&apos;s list again.</source>
        <translation>没有这样的文件或文件夹。请重新查看文件夹列表。</translation>
    </message>
    <message>
        <source>There is no such folder to share. Make it, or name another one.</source>
        <translation>没有这样的文件夹可共享。请创建它，或指定另一个。</translation>
    </message>
    <message>
        <source>There is no such invitation any more. Make a new one.</source>
        <translation>此邀请已不存在。请生成新的邀请。</translation>
    </message>
    <message>
        <source>There is no such method. `system.listMethods` tells which there are.</source>
        <translation>没有这样的方法。`system.listMethods` 会列出所有方法。</translation>
    </message>
    <message>
        <source>There is no such transfer any more.</source>
        <translation>此传输已不存在。</translation>
    </message>
    <message>
        <source>There is no such upload any more. Begin it again.</source>
        <translation>此上传已不存在。请重新开始。</translation>
    </message>
    <message>
        <source>There is no way from here to {numbers}.</source>
        <translation>从这里无法到达 {numbers}。</translation>
    </message>
    <message>
        <source>There is no way to {server} through the network. Check that this computer is connected.</source>
        <translation>网络上无法到达 {server}。请检查这台电脑是否已联网。</translation>
    </message>
    <message>
        <source>There is not enough free space for {name} on this computer. Make room, then try again.</source>
        <translation>这台电脑上没有足够的空间存放 {name}。请腾出空间后再试。</translation>
    </message>
    <message>
        <source>There is not enough free space. Make room, then try again.</source>
        <translation>可用空间不足。请腾出空间后再试。</translation>
    </message>
    <message>
        <source>There is nothing here. XML-RPC is at /RPC2, files are below /files/.</source>
        <translation>这里什么都没有。XML-RPC 位于 /RPC2，文件位于 /files/ 之下。</translation>
    </message>
    <message>
        <source>There is nothing to take back with this selection.</source>
        <translation>此选择没有可撤销的内容。</translation>
    </message>
    <message>
        <source>This computer could not be put to sleep: {error}. Put it to sleep by hand.</source>
        <translation>无法让这台电脑休眠：{error}。请手动让它休眠。</translation>
    </message>
    <message>
        <source>This computer is in a network, as {own}.</source>
        <translation>这台电脑已联网，地址是 {own}。</translation>
    </message>
    <message>
        <source>This computer is in no network.</source>
        <translation>这台电脑没有联网。</translation>
    </message>
    <message>
        <source>This computer is not paired with {address}. `filexfer servers` lists those that it knows.</source>
        <translation>这台电脑没有与 {address} 配对。`filexfer servers` 会列出它认识的服务器。</translation>
    </message>
    <message>
        <source>This computer is not paired with {authority}.</source>
        <translation>这台电脑没有与 {authority} 配对。</translation>
    </message>
    <message>
        <source>This computer is not paired with {server}. Run `filexfer invite` there, then `filexfer pair` here.</source>
        <translation>这台电脑没有与 {server} 配对。请在那里运行 `filexfer invite`，然后在这里运行 `filexfer pair`。</translation>
    </message>
    <message>
        <source>This computer itself forbids the connection.</source>
        <translation>这台电脑自己禁止了此连接。</translation>
    </message>
    <message>
        <source>This disk holds “{path}” for the same name as that of another file of this transfer. Rename one of the two where they come from, then try again.</source>
        <translation>对于与此传输中另一文件相同的名称，此磁盘上是“{path}”。请在来源处重命名其中一个，再试一次。</translation>
    </message>
    <message>
        <source>This file is no picture that can be read ({type}). Fetch it whole instead.</source>
        <translation>此文件不是可以读取的图片({type})。请获取整个文件。</translation>
    </message>
    <message>
        <source>This file is too large for a batch. Read it in blocks (file_read).</source>
        <translation>此文件太大，不能放进一批。请分块读取(file_read)。</translation>
    </message>
    <message>
        <source>This folder is not shared any more. Look at the share again.</source>
        <translation>此文件夹已不再共享。请重新查看共享。</translation>
    </message>
    <message>
        <source>This function has no name of its own. Give one.</source>
        <translation>此函数没有自己的名称。请给出一个。</translation>
    </message>
    <message>
        <source>This is a folder; name a file.</source>
        <translation>这是文件夹；请指定文件。</translation>
    </message>
    <message>
        <source>This is more than the server takes in one call. Send it in smaller parts.</source>
        <translation>这超过了服务器一次调用可接受的量。请分成较小的部分发送。</translation>
    </message>
    <message>
        <source>This is no longer in the trash.</source>
        <translation>它已不在回收站中。</translation>
    </message>
    <message>
        <source>This is no receipt, or it is damaged: line {line} cannot be read. Choose the file that was saved.</source>
        <translation>这不是回执，或已损坏：无法读取第 {line} 行。请选择保存的那个文件。</translation>
    </message>
    <message>
        <source>This is no regular file, so it cannot be opened.</source>
        <translation>这不是普通文件，因此无法打开。</translation>
    </message>
    <message>
        <source>This is no token. {how}</source>
        <translation>这不是令牌。{how}</translation>
    </message>
    <message>
        <source>This is not an address. Write http://HOST:PORT/PATH, unix:/SOCKET:/PATH or NAME:PATH.</source>
        <translation>这不是地址。请写作 http://HOST:PORT/PATH、unix:/SOCKET:/PATH 或 NAME:PATH。</translation>
    </message>
    <message>
        <source>This is not an address. Write one like studio.local:8765 or https://192.168.1.5:8765/.</source>
        <translation>这不是地址。请写作类似 studio.local:8765 或 https://192.168.1.5:8765/ 的形式。</translation>
    </message>
    <message>
        <source>This key was used for another method. Choose a new key for each act.</source>
        <translation>此键已用于另一个方法。每个操作请选择新的键。</translation>
    </message>
    <message>
        <source>This link is not whole. Copy it again from the other computer, from its first to its last letter.</source>
        <translation>此链接不完整。请从另一台电脑上重新复制，从第一个字母到最后一个字母。</translation>
    </message>
    <message>
        <source>This listing is not held any more. List the folder again from its beginning.</source>
        <translation>此列表已不再保留。请从头重新列出文件夹。</translation>
    </message>
    <message>
        <source>This machine has no address “{host}” to listen on.</source>
        <translation>这台机器没有可监听的地址“{host}”。</translation>
    </message>
    <message>
        <source>This method takes no bytes behind its call.</source>
        <translation>此方法不接受调用之后的字节。</translation>
    </message>
    <message>
        <source>This method waits; call it alone.</source>
        <translation>此方法会等待；请单独调用。</translation>
    </message>
    <message>
        <source>This name cannot be used. Choose another one.</source>
        <translation>此名称不能使用。请选择另一个。</translation>
    </message>
    <message>
        <source>This name is too long for the disk. Choose a shorter one.</source>
        <translation>此名称对磁盘来说过长。请选择较短的名称。</translation>
    </message>
    <message>
        <source>This name stands for the own share. Choose another one.</source>
        <translation>此名称代表自己的共享。请选择另一个。</translation>
    </message>
    <message>
        <source>This network takes no multicast, so computers nearby are not listed.</source>
        <translation>此网络不支持多播，因此不会列出附近的电脑。</translation>
    </message>
    <message>
        <source>This offset or length does not fit the file.</source>
        <translation>此偏移或长度与文件不符。</translation>
    </message>
    <message>
        <source>This picture has more than {image_pixels} pixels. Fetch it whole instead.</source>
        <translation>此图片超过 {image_pixels} 像素。请获取整个文件。</translation>
    </message>
    <message>
        <source>This picture has too many pixels. Fetch it whole instead.</source>
        <translation>此图片的像素过多。请获取整个文件。</translation>
    </message>
    <message>
        <source>This plan was closed. Drop the files again.</source>
        <translation>此预览已关闭。请重新拖放文件。</translation>
    </message>
    <message>
        <source>This selection is not known any more. Select again, then repeat.</source>
        <translation>此选择已不可用。请重新选择，再重复。</translation>
    </message>
    <message>
        <source>This server can be reached only from the computer that filexfer runs on. Open the window there.</source>
        <translation>只有运行 filexfer 的那台电脑才能访问此服务器。请在那里打开窗口。</translation>
    </message>
    <message>
        <source>This server does not answer to that name. Use its address, or start it with --allow-host NAME.</source>
        <translation>此服务器不接受这个名称。请使用它的地址，或用 --allow-host NAME 启动它。</translation>
    </message>
    <message>
        <source>This server does not know these credentials. Leave them out, or pair with it again.</source>
        <translation>此服务器不认识这些凭据。请不要带上它们，或重新与它配对。</translation>
    </message>
    <message>
        <source>This server does not know you. Pair with it first.</source>
        <translation>此服务器不认识你。请先与它配对。</translation>
    </message>
    <message>
        <source>This server keeps no devices, for it has no place for them. Have it listen on https://HOST:PORT, or give it a state folder.</source>
        <translation>此服务器没有保存设备的地方，因此不保存设备。请让它监听 https://HOST:PORT，或给它设状态文件夹。</translation>
    </message>
    <message>
        <source>This server makes no thumbnails: Pillow is not installed there. Call image_get without edge.</source>
        <translation>此服务器不生成缩略图：那里没有安装 Pillow。请不带 edge 调用 image_get。</translation>
    </message>
    <message>
        <source>This server shows another key than the one it was paired with, so nothing was sent to it. If its owner made a new one, pair again; otherwise somebody may be in between.</source>
        <translation>此服务器出示的密钥与配对时不同，因此没有向它发送任何内容。如果它的主人换了新密钥，请重新配对；否则可能有人从中截取。</translation>
    </message>
    <message>
        <source>This server speaks HTTP/1.1 only.</source>
        <translation>此服务器只支持 HTTP/1.1。</translation>
    </message>
    <message>
        <source>This server speaks https here. Write https:// for http:// in its address.</source>
        <translation>此服务器在这里使用 https。请把地址中的 http:// 写成 https://。</translation>
    </message>
    <message>
        <source>This stream has ended. Begin it again.</source>
        <translation>此流已结束。请重新开始。</translation>
    </message>
    <message>
        <source>This system has no UNIX sockets. Listen on http://localhost.</source>
        <translation>此系统没有 UNIX 套接字。请监听 http://localhost。</translation>
    </message>
    <message>
        <source>This system has no UNIX sockets. Use an address with https://.</source>
        <translation>此系统没有 UNIX 套接字。请使用以 https:// 开头的地址。</translation>
    </message>
    <message>
        <source>This system is too old for filexfer&apos;s window, which needs {old}. Renew the system, or install filexfer with pip.</source>
        <translation>此系统太旧：filexfer 的窗口需要 {old}。请更新系统，或用 pip 安装 filexfer。</translation>
    </message>
    <message>
        <source>This user has no home to keep things in. Name a folder in HOME, then start again.</source>
        <translation>此用户没有可以保存内容的主目录。请用 HOME 指定一个文件夹，然后重新启动。</translation>
    </message>
    <message>
        <source>filexfer&apos;s window needs a screen, and here is none: neither DISPLAY nor WAYLAND_DISPLAY is set. Start it on a desktop, or use the command line “filexfer”, which does the same.</source>
        <translation>filexfer 的窗口需要屏幕，而这里没有：DISPLAY 和 WAYLAND_DISPLAY 都未设置。请在桌面上启动它，或使用功能相同的命令行“filexfer”。</translation>
    </message>
    <message>
        <source>filexfer&apos;s window needs a screen, and {display}, which DISPLAY or WAYLAND_DISPLAY names, does not let it in. Start it as the one who is logged in there, or use the command line “filexfer”, which does the same.</source>
        <translation>filexfer 的窗口需要屏幕，而 DISPLAY 或 WAYLAND_DISPLAY 所指的 {display} 不允许它进入。请以登录该屏幕的用户身份启动它，或使用功能相同的命令行“filexfer”。</translation>
    </message>
    <message>
        <source>filexfer&apos;s window needs libraries that are missing here: {missing_names}. Install the packages that have them.</source>
        <translation>filexfer 的窗口需要此处缺少的库：{missing_names}。请安装包含这些库的软件包。</translation>
    </message>
    <message>
        <source>This transfer has not ended. A receipt can be made once it has.</source>
        <translation>此传输尚未结束。结束后才能生成回执。</translation>
    </message>
    <message>
        <source>A device may watch, read, write or manage.</source>
        <translation>设备的权限可以是监视、读取、写入或管理。</translation>
    </message>
    <message>
        <source>A method needs the permission watch, read, write or manage.</source>
        <translation>方法需要监视、读取、写入或管理权限。</translation>
    </message>
    <message>
        <source>A permission is none, watch, read, write or manage.</source>
        <translation>权限是无、监视、读取、写入或管理。</translation>
    </message>
    <message>
        <source>This transfer is under way already, as number {id}, in another window or command.</source>
        <translation>此传输已在另一个窗口或命令中进行，编号 {id}。</translation>
    </message>
    <message>
        <source>This upload is committed already.</source>
        <translation>此上传已经提交。</translation>
    </message>
    <message>
        <source>This upload is still under way. Cancel it first.</source>
        <translation>此上传仍在进行。请先取消它。</translation>
    </message>
    <message>
        <source>This upload may have replaced files. The trash there has what it replaced: bring it back from there.</source>
        <translation>此上传可能替换了文件。被替换的内容在那里的回收站中：请从那里恢复。</translation>
    </message>
    <message>
        <source>This user may not connect to {server}. Ask its owner for the right.</source>
        <translation>此用户无权连接 {server}。请向它的主人申请权限。</translation>
    </message>
    <message>
        <source>This view was closed. Open the folder again.</source>
        <translation>此视图已关闭。请重新打开文件夹。</translation>
    </message>
    <message>
        <source>This would cross from one disk to another. Move it in two steps.</source>
        <translation>这会从一个磁盘跨到另一个磁盘。请分两步移动。</translation>
    </message>
    <message>
        <source>To decode this picture takes too much memory. Fetch it whole instead.</source>
        <translation>解码此图片需要过多内存。请获取整个文件。</translation>
    </message>
    <message>
        <source>Too many TLS handshakes at once: one was turned away.</source>
        <translation>TLS 握手同时过多：有一个被拒绝。</translation>
    </message>
    <message>
        <source>Too many attempts. Wait a minute, then try again.</source>
        <translation>尝试次数过多。请等一分钟后再试。</translation>
    </message>
    <message>
        <source>Too many connections: one was turned away.</source>
        <translation>连接过多：有一个被拒绝。</translation>
    </message>
    <message>
        <source>Too many files and connections are open on this computer. Try again in a moment.</source>
        <translation>这台电脑上打开的文件和连接过多。请稍后再试。</translation>
    </message>
    <message>
        <source>Too many files are open on this computer. Try again when fewer transfers run.</source>
        <translation>这台电脑上打开的文件过多。请等传输减少后再试。</translation>
    </message>
    <message>
        <source>Too many files are open. Try again in a moment.</source>
        <translation>打开的文件过多。请稍后再试。</translation>
    </message>
    <message>
        <source>Too many of your requests are being served. Try again later.</source>
        <translation>你的请求正在处理的已过多。请稍后再试。</translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation>打开的文件过多</translation>
    </message>
    <message>
        <source>Use the number, or look at the network&apos;s name server.</source>
        <translation>请使用数字地址，或检查网络的域名服务器。</translation>
    </message>
    <message>
        <source>Wake it, and see that both are in the same network: guest Wi-Fi keeps computers apart. Its address may have changed: the other computer shows it.</source>
        <translation>请唤醒它，并确认两台电脑在同一网络中：访客 Wi-Fi 会隔开电脑。它的地址可能变了：另一台电脑会显示它。</translation>
    </message>
    <message>
        <source>Web pages of another origin may not call this server.</source>
        <translation>其他来源的网页不能调用此服务器。</translation>
    </message>
    <message>
        <source>What arrived does not follow the protocol.</source>
        <translation>收到的内容不符合协议。</translation>
    </message>
    <message>
        <source>What is already there is newer; it was left as it is.</source>
        <translation>那里已有的内容更新；保持原样。</translation>
    </message>
    <message>
        <source>What is kept has a pin: it is for servers with https.</source>
        <translation>所保存的信息带有指纹：它用于使用 https 的服务器。</translation>
    </message>
    <message>
        <source>What should be shared is not a folder. Name a folder.</source>
        <translation>要共享的不是文件夹。请指定文件夹。</translation>
    </message>
    <message>
        <source>What stands in brackets is not an IPv6 address.</source>
        <translation>方括号中的内容不是 IPv6 地址。</translation>
    </message>
    <message>
        <source>What was kept of {name} is damaged. {again}</source>
        <translation>为 {name} 保存的信息已损坏。{again}</translation>
    </message>
    <message>
        <source>When all is finished, the action is “nothing” or “sleep”.</source>
        <translation>全部完成后的操作是“nothing”或“sleep”。</translation>
    </message>
    <message>
        <source>Whether a firewall here lets others in, only another computer can tell.</source>
        <translation>这里的防火墙是否放行，只有另一台电脑才能判断。</translation>
    </message>
    <message>
        <source>Which folder is shared can be chosen only on the computer that shares it.</source>
        <translation>要共享哪个文件夹，只能在共享的那台电脑上选择。</translation>
    </message>
    <message>
        <source>Windows cannot hold a file named “{component}”. Rename it before it is sent.</source>
        <translation>Windows 无法保存名为“{component}”的文件。请在发送前重命名。</translation>
    </message>
    <message>
        <source>XML-RPC calls are sent by POST.</source>
        <translation>XML-RPC 调用用 POST 发送。</translation>
    </message>
    <message>
        <source>XML-RPC has no infinite number and no NaN.</source>
        <translation>XML-RPC 没有无穷大和 NaN。</translation>
    </message>
    <message>
        <source>XML-RPC has no way to write a value of type {type}.</source>
        <translation>XML-RPC 无法表示类型为 {type} 的值。</translation>
    </message>
    <message>
        <source>You have {mine} open uploads, which is the most. Commit or abort some of them first.</source>
        <translation>你有 {mine} 个未完成的上传，达到上限。请先提交或中止一些。</translation>
    </message>
    <message>
        <source>You may not do this here. Ask the owner of the share for the permission.</source>
        <translation>你在这里无权这样做。请向共享的主人申请权限。</translation>
    </message>
    <message>
        <source>You may only {held} here. Ask the owner of the share for the permission to {permission}.</source>
        <translation>你在这里只能{held}。请向共享的主人申请{permission}权限。</translation>
    </message>
    <message>
        <source>You wait for changes too often at once. End some of the waits first.</source>
        <translation>你同时等待变化的次数过多。请结束一些等待。</translation>
    </message>
    <message>
        <source>cannot be compared: the server cuts files into other blocks. Update it.</source>
        <translation>无法比较：服务器按其他大小切分文件。请更新它。</translation>
    </message>
    <message>
        <source>do everything</source>
        <translation>做任何事</translation>
    </message>
    <message>
        <source>edge is a number from {least_edge} to {most}.</source>
        <translation>edge 是 {least_edge} 到 {most} 之间的数字。</translation>
    </message>
    <message>
        <source>filexfer does not run in the background.</source>
        <translation>filexfer 没有在后台运行。</translation>
    </message>
    <message>
        <source>filexfer knows addresses with http://, https:// and unix:, and names of saved servers (NAME:).</source>
        <translation>filexfer 支持 http://、https:// 和 unix: 地址，以及已保存服务器的名称(NAME:)。</translation>
    </message>
    <message>
        <source>filexfer met an error of its own ({type}). Please report it.</source>
        <translation>filexfer 自身出错({type})。请报告此问题。</translation>
    </message>
    <message>
        <source>filexfer met an error of its own ({type}: {failure}). Please report it.</source>
        <translation>filexfer 自身出错({type}：{failure})。请报告此问题。</translation>
    </message>
    <message>
        <source>filexfer&apos;s background service could not start. {last_words}</source>
        <translation>filexfer 的后台服务无法启动。{last_words}</translation>
    </message>
    <message>
        <source>filexfer&apos;s background service could not start: {error}</source>
        <translation>filexfer 的后台服务无法启动：{error}</translation>
    </message>
    <message>
        <source>filexfer&apos;s background service could not start: {reason}.</source>
        <translation>filexfer 的后台服务无法启动：{reason}。</translation>
    </message>
    <message>
        <source>filexfer&apos;s background service does not answer. End it in the task manager, then start filexfer again. {last_words}</source>
        <translation>filexfer 的后台服务没有应答。请在任务管理器中结束它，然后重新启动 filexfer。{last_words}</translation>
    </message>
    <message>
        <source>filexfer&apos;s background service refuses to work. {error}</source>
        <translation>filexfer 的后台服务拒绝工作。{error}</translation>
    </message>
    <message>
        <source>filexfer&apos;s window needs libraries that are missing here: {missing_names}. Install them and try again: {commands}.</source>
        <translation>filexfer 的窗口需要此处缺少的库：{missing_names}。请安装后重试：{commands}。</translation>
    </message>
    <message>
        <source>look and fetch</source>
        <translation>查看和获取</translation>
    </message>
    <message>
        <source>look, fetch, send and change</source>
        <translation>查看、获取、发送和更改</translation>
    </message>
    <message>
        <source>manage</source>
        <translation>管理</translation>
    </message>
    <message>
        <source>missing here</source>
        <translation>这里缺少</translation>
    </message>
    <message>
        <source>missing there</source>
        <translation>那里缺少</translation>
    </message>
    <message>
        <source>not the same on both sides</source>
        <translation>两边不同</translation>
    </message>
    <message>
        <source>offset is a multiple of the block size, {block}.</source>
        <translation>offset 是数据块大小 {block} 的整数倍。</translation>
    </message>
    <message>
        <source>on_conflict is one of {value}.</source>
        <translation>on_conflict 是下列之一：{value}。</translation>
    </message>
    <message>
        <source>other content here</source>
        <translation>这里的内容不同</translation>
    </message>
    <message>
        <source>other content there</source>
        <translation>那里的内容不同</translation>
    </message>
    <message>
        <source>read</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>watch</source>
        <translation>监视</translation>
    </message>
    <message>
        <source>write</source>
        <translation>写入</translation>
    </message>
    <message>
        <source>{address} answers, but is not an XML-RPC server (HTTP {status} {reason}). Check the address and the port.</source>
        <translation>{address} 有应答，但不是 XML-RPC 服务器(HTTP {status} {reason})。请检查地址和端口。</translation>
    </message>
    <message>
        <source>{address} does not know this computer any more. Run `filexfer invite` there, then `filexfer pair` here.</source>
        <translation>{address} 已不认识这台电脑。请在那里运行 `filexfer invite`，然后在这里运行 `filexfer pair`。</translation>
    </message>
    <message>
        <source>{awake} is on, but nothing listens there at port {port}.</source>
        <translation>{awake} 已开机，但没有程序监听端口 {port}。</translation>
    </message>
    <message>
        <source>{do} In many home networks it is called {host}.local.</source>
        <translation>{do}在许多家庭网络中，它的名称是 {host}.local。</translation>
    </message>
    <message>
        <source>{field} is a number of bytes, no more than the Content-Length beside it.</source>
        <translation>{field} 是字节数，不能大于同时给出的 Content-Length。</translation>
    </message>
    <message>
        <source>{file} cannot be read: {reason}.</source>
        <translation>无法读取 {file}：{reason}。</translation>
    </message>
    <message>
        <source>{file} could not be saved: {reason}.</source>
        <translation>无法保存 {file}：{reason}。</translation>
    </message>
    <message>
        <source>{file} could not be saved: {reason}. Make room on the disk, then try again.</source>
        <translation>无法保存 {file}：{reason}。请在磁盘上腾出空间，再试一次。</translation>
    </message>
    <message>
        <source>{folder} cannot be shared: {why}. Choose another folder.</source>
        <translation>无法共享 {folder}：{why}。请选择另一个文件夹。</translation>
    </message>
    <message>
        <source>{folder} is not a folder. Choose a folder to share.</source>
        <translation>{folder} 不是文件夹。请选择要共享的文件夹。</translation>
    </message>
    <message>
        <source>{lacking} bytes of the file are still missing. Send them, then commit again.</source>
        <translation>文件还缺 {lacking} 字节。请发送它们，再次提交。</translation>
    </message>
    <message>
        <source>{lock} cannot be used: {reason}.</source>
        <translation>无法使用 {lock}：{reason}。</translation>
    </message>
    <message>
        <source>{method} takes {wanted}, not {count}. `system.methodHelp` tells which.</source>
        <translation>{method} 接受 {wanted}，而不是 {count} 个。`system.methodHelp` 会说明有哪些。</translation>
    </message>
    <message>
        <source>{most} invitations are open, which is the most. Use or cancel some of them first.</source>
        <translation>已有 {most} 个有效邀请，达到上限。请先使用或取消其中一些。</translation>
    </message>
    <message>
        <source>{name} answers, but no secret connection came about ({reason}). Check the address and the port.</source>
        <translation>{name} 有应答，但未能建立保密连接({reason})。请检查地址和端口。</translation>
    </message>
    <message>
        <source>{name} answers, but without encryption. Check the address and the port.</source>
        <translation>{name} 有应答，但没有加密。请检查地址和端口。</translation>
    </message>
    <message>
        <source>{name} became a link while it was read. Links are not followed.</source>
        <translation>{name} 在读取期间变成了链接。链接不会跟随。</translation>
    </message>
    <message>
        <source>{name} closed the connection at once. Try again in a moment.</source>
        <translation>{name} 立即关闭了连接。请稍后再试。</translation>
    </message>
    <message>
        <source>{name} could not be used: {reason}.</source>
        <translation>无法使用 {name}：{reason}。</translation>
    </message>
    <message>
        <source>{name} does not fit 64 bits.</source>
        <translation>{name} 超出了 64 位。</translation>
    </message>
    <message>
        <source>{name} holds 64-bit numbers; its length is no multiple of 8.</source>
        <translation>{name} 由 64 位数字组成；它的长度不是 8 的倍数。</translation>
    </message>
    <message>
        <source>{name} is a base64 value.</source>
        <translation>{name} 是 base64 值。</translation>
    </message>
    <message>
        <source>{name} is a folder; a file was expected there.</source>
        <translation>{name} 是文件夹；那里本应是文件。</translation>
    </message>
    <message>
        <source>{name} is a number from {least} to {most}.</source>
        <translation>{name} 是 {least} 到 {most} 之间的数字。</translation>
    </message>
    <message>
        <source>{name} is a number.</source>
        <translation>{name} 是数字。</translation>
    </message>
    <message>
        <source>{name} is a string.</source>
        <translation>{name} 是字符串。</translation>
    </message>
    <message>
        <source>{name} is a struct.</source>
        <translation>{name} 是结构。</translation>
    </message>
    <message>
        <source>{name} is a whole number.</source>
        <translation>{name} 是整数。</translation>
    </message>
    <message>
        <source>{name} is an array.</source>
        <translation>{name} 是数组。</translation>
    </message>
    <message>
        <source>{name} is called alone.</source>
        <translation>{name} 须单独调用。</translation>
    </message>
    <message>
        <source>{name} is not there (any more) on this computer.</source>
        <translation>这台电脑上已没有 {name}。</translation>
    </message>
    <message>
        <source>{name} is on a disk that is read-only. Choose another place.</source>
        <translation>{name} 所在的磁盘是只读的。请另选位置。</translation>
    </message>
    <message>
        <source>{name} is true or false.</source>
        <translation>{name} 是真或假。</translation>
    </message>
    <message>
        <source>{name} shows another key than the one it was paired with, so nothing was sent to it. If its owner made a new key, pair again: `filexfer pair {name2}`. Otherwise somebody may be in between.</source>
        <translation>{name} 出示的密钥与配对时不同，因此没有向它发送任何内容。如果它的主人换了新密钥，请重新配对：`filexfer pair {name2}`。否则可能有人从中截取。</translation>
    </message>
    <message>
        <source>{name} speaks an old version of TLS only; filexfer needs 1.3. Check the address and the port.</source>
        <translation>{name} 只支持旧版 TLS；filexfer 需要 1.3。请检查地址和端口。</translation>
    </message>
    <message>
        <source>{numbers} is on, but what is sent to its port {port} is swallowed: by its firewall, most likely.</source>
        <translation>{numbers} 已开机，但发往其端口 {port} 的内容被吞掉了：很可能是它的防火墙所为。</translation>
    </message>
    <message>
        <source>{number} answers at port {port}.</source>
        <translation>{number} 在端口 {port} 应答。</translation>
    </message>
    <message>
        <source>{others} computers and devices answer by multicast, none of them with filexfer.</source>
        <translation>有 {others} 台电脑和设备应答多播，其中没有运行 filexfer 的。</translation>
    </message>
    <message>
        <source>{others} computers and devices answer by multicast, {sharing} of them with filexfer.</source>
        <translation>有 {others} 台电脑和设备应答多播，其中 {sharing} 台运行 filexfer。</translation>
    </message>
    <message>
        <source>{says} It took long to find out.</source>
        <translation>{says}查明它花了很长时间。</translation>
    </message>
    <message>
        <source>{says} That is this very computer.</source>
        <translation>{says}那就是这台电脑自己。</translation>
    </message>
    <message>
        <source>{self} answers, but not as an XML-RPC server does. Check the address and the port.</source>
        <translation>{self} 有应答，但不是 XML-RPC 服务器的方式。请检查地址和端口。</translation>
    </message>
    <message>
        <source>{server} does not answer. Check the address, and that the computer is on and reachable.</source>
        <translation>{server} 没有应答。请检查地址，以及那台电脑是否已开机并可访问。</translation>
    </message>
    <message>
        <source>{server} has not answered for too long. Try again; what arrived is kept.</source>
        <translation>{server} 太久没有应答。请再试一次；已到达的内容会保留。</translation>
    </message>
    <message>
        <source>{share} cannot be shared: it lies in {state}, where filexfer keeps its keys. Share another folder.</source>
        <translation>无法共享 {share}：它位于 {state} 中，那里是 filexfer 保存密钥的地方。请共享另一个文件夹。</translation>
    </message>
    <message>
        <source>{share} cannot be shared: the keys and devices of its own server lie in it, in {own_state}, and who may read it could take them. Share a folder below it{instead}.</source>
        <translation>无法共享 {share}：它自己的服务器的密钥和设备信息在其中的 {own_state}，能读取的人就可能取走它们。请共享它下面的文件夹{instead}。</translation>
    </message>
    <message>
        <source>{share} cannot be shared: what filexfer keeps for you lies in it, in {users}, keys too. Share a folder below it.</source>
        <translation>无法共享 {share}：filexfer 为你保存的内容在其中的 {users}，包括密钥。请共享它下面的文件夹。</translation>
    </message>
    <message>
        <source>{variable} holds addresses of this computer, with commas between them, or “{off}”.</source>
        <translation>{variable} 中是这台电脑的地址，以逗号分隔，或是“{off}”。</translation>
    </message>
    <message>
        <source>{variable} is “{off}”, so computers nearby are not looked for.</source>
        <translation>{variable} 是“{off}”，因此不会查找附近的电脑。</translation>
    </message>
    <message>
        <source>“?” and “#” have no meaning in an address. In a name write them %3F and %23.</source>
        <translation>“?”和“#”在地址中没有意义。名称中请写作 %3F 和 %23。</translation>
    </message>
    <message>
        <source>“{local}” is not a whole path. Give local files by their whole path.</source>
        <translation>“{local}”不是完整路径。本地文件请给出完整路径。</translation>
    </message>
    <message>
        <source>“{local}” is not an absolute path of this computer.</source>
        <translation>“{local}”不是这台电脑的绝对路径。</translation>
    </message>
    <message>
        <source>“{name}” in this path is a file, not a folder.</source>
        <translation>此路径中的“{name}”是文件，不是文件夹。</translation>
    </message>
    <message>
        <source>“{name}” was changed meanwhile.</source>
        <translation>“{name}”在此期间被更改了。</translation>
    </message>
    <message>
        <source>“{path}” is a folder. Choose another name for the file.</source>
        <translation>“{path}”是文件夹。请为文件选择另一个名称。</translation>
    </message>
    <message>
        <source>“{path}” is already there. Overwrite it, or choose another name.</source>
        <translation>那里已有“{path}”。请覆盖它，或选择另一个名称。</translation>
    </message>
    <message>
        <source>“{place}” changed while it was read. Send it again when it is at rest.</source>
        <translation>“{place}”在读取期间改变了。请等它不再变动后重新发送。</translation>
    </message>
    <message>
        <source>“{place}” is not a whole path. Give the receipt&apos;s file by its whole path.</source>
        <translation>“{place}”不是完整路径。请给出回执文件的完整路径。</translation>
    </message>
    <message>
        <source>“{root}” is a file; a folder is needed there. Choose another place.</source>
        <translation>“{root}”是文件；那里需要文件夹。请另选位置。</translation>
    </message>
    <message>
        <source>“{shown}” changed on the server while it was fetched. Fetch it again when it is at rest.</source>
        <translation>“{shown}”在获取期间于服务器上改变了。请等它不再变动后重新获取。</translation>
    </message>
    <message>
        <source>“{shown}” in this path is a link, and links are not followed. Use the real path.</source>
        <translation>此路径中的“{shown}”是链接，链接不会跟随。请使用真实路径。</translation>
    </message>
    <message>
        <source>“{shown}” is a device, pipe or socket, and only regular files are opened.</source>
        <translation>“{shown}”是设备、管道或套接字，只能打开普通文件。</translation>
    </message>
    <message>
        <source>“{shown}” is a folder.</source>
        <translation>“{shown}”是文件夹。</translation>
    </message>
    <message>
        <source>“{shown}” is already there. Overwrite it, or choose another name.</source>
        <translation>那里已有“{shown}”。请覆盖它，或选择另一个名称。</translation>
    </message>
    <message>
        <source>“{source}” is no regular file and no folder. It cannot be sent.</source>
        <translation>“{source}”不是普通文件也不是文件夹，无法发送。</translation>
    </message>
</context>
<context>
    <name>Servers</name>
    <message>
        <source>This computer</source>
        <extracomment>How often states are asked for, and how often while one is not known yet, in milliseconds. Whether the agent has answered once.</extracomment>
        <translation>这台电脑</translation>
    </message>
    <message>
        <source>this computer</source>
        <translation>这台电脑</translation>
    </message>
</context>
<context>
    <name>SharePanel</name>
    <message>
        <source>Share this folder</source>
        <extracomment>Height of a line, whatever stands in it, in pixels. Widest the folder&apos;s path is shown, in pixels. How addresses begin that lead to this computer from itself only.</extracomment>
        <translation>共享此文件夹</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>Change the shared folder</source>
        <translation>更改共享的文件夹</translation>
    </message>
    <message>
        <source>chosen on that computer</source>
        <translation>在那台电脑上选择</translation>
    </message>
    <message>
        <source>What is changed here holds until filexfer is started anew there.</source>
        <translation>在这里所做的更改，在那里重新启动 filexfer 之前有效。</translation>
    </message>
    <message>
        <source>Pair a device…</source>
        <translation>配对设备…</translation>
    </message>
    <message>
        <source>Paired devices…</source>
        <translation>已配对的设备…</translation>
    </message>
    <message>
        <source>Not shared: nobody else reaches this folder.</source>
        <translation>未共享：其他人无法访问此文件夹。</translation>
    </message>
    <message>
        <source>Shared with paired devices, and nobody else.</source>
        <translation>只与已配对的设备共享。</translation>
    </message>
    <message>
        <source>Shared with everybody on the network, paired or not.</source>
        <translation>与网络上的所有人共享，无论是否配对。</translation>
    </message>
    <message>
        <source>none yet; the system may ask about the firewall</source>
        <translation>尚无；系统可能会询问防火墙设置</translation>
    </message>
    <message>
        <source>What devices that are paired next may do</source>
        <translation>之后配对的设备的权限</translation>
    </message>
    <message>
        <source>What guests may do</source>
        <translation>访客的权限</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>New devices may</source>
        <translation>新设备可以</translation>
    </message>
    <message>
        <source>Guests may</source>
        <translation>访客可以</translation>
    </message>
    <message>
        <source>Switch sharing on first: devices are paired over the network.</source>
        <translation>请先打开共享：设备通过网络配对。</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Copy the address {address}</source>
        <translation>复制地址 {address}</translation>
    </message>
    <message>
        <source>Stop sharing</source>
        <translation>停止共享</translation>
    </message>
    <message>
        <source>Stop sharing on “{name}”?</source>
        <translation>停止“{name}”上的共享？</translation>
    </message>
    <message>
        <source>Nobody reaches it any more then, this computer neither. It can be switched on again only over there.</source>
        <translation>之后任何人都无法访问它，这台电脑也不行。只能在那里重新打开。</translation>
    </message>
    <message>
        <source>Folder to share</source>
        <translation>要共享的文件夹</translation>
    </message>
</context>
<context>
    <name>Sheet</name>
    <message>
        <source>Upload</source>
        <extracomment>Choices under which nothing that is there is lost from its place. Pixels of the sheet, of the name shown behind a count, and of the list of names.</extracomment>
        <translation>上传</translation>
    </message>
    <message>
        <source>Upload to “{place}”</source>
        <translation>上传到“{place}”</translation>
    </message>
    <message>
        <source>Show &amp;names</source>
        <translation>显示名称(&amp;N)</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Where another file has the name already:</source>
        <translation>已有同名文件时：</translation>
    </message>
    <message>
        <source>&amp;Keep both: what arrives gets a new name</source>
        <translation>两者都保留：新到的使用新名称(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Leave what is there as it is</source>
        <translation>保留那里原有的文件(&amp;L)</translation>
    </message>
    <message>
        <source>Replace what is &amp;older there; it goes to the trash there</source>
        <translation>替换那里较旧的文件；旧文件移到那里的回收站(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Replace what is there; it goes to the trash there</source>
        <translation>替换那里的文件；原文件移到那里的回收站(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>开始(&amp;S)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Leave &amp;out {n} that systems keep in folders for themselves ({names})</source>
        <translation>不发送系统自用的 {n} 个文件({names})(&amp;O)</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>大约 {time}</translation>
    </message>
    <message>
        <source>still looking…</source>
        <translation>仍在查看…</translation>
    </message>
    <message>
        <source>It does not fit: {size} to send, and only {free} free there.</source>
        <translation>放不下：要发送 {size}，而那里只有 {free} 可用。</translation>
    </message>
    <message>
        <source>{size} free there</source>
        <translation>那里可用 {size}</translation>
    </message>
    <message>
        <source>These are very many files. Is that meant?</source>
        <translation>文件非常多。确定要这样吗？</translation>
    </message>
    <message>
        <source>&amp;Start anyway</source>
        <translation>仍然开始(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Start and replace</source>
        <translation>开始并替换(&amp;S)</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <extracomment>A head, and below it what a key does and the key as people know it.</extracomment>
        <translation>键盘快捷键</translation>
    </message>
</context>
<context>
    <name>SideDelegate</name>
    <message>
        <source>Pair</source>
        <translation>配对</translation>
    </message>
</context>
<context>
    <name>SideModel</name>
    <message>
        <source>Sharing</source>
        <translation>正在共享</translation>
    </message>
    <message>
        <source>Not shared</source>
        <translation>未共享</translation>
    </message>
    <message>
        <source>THIS COMPUTER</source>
        <translation>这台电脑</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>这台电脑</translation>
    </message>
    <message>
        <source>NEARBY</source>
        <translation>附近</translation>
    </message>
    <message>
        <source>SAVED</source>
        <translation>已保存</translation>
    </message>
</context>
<context>
    <name>SidePanel</name>
    <message>
        <source>Calculate</source>
        <extracomment>Width at first; the selection stands still for so long before anything is asked for, in milliseconds. Largest picture asked for, in pixels; rows of which sizes are added up. Figures of a digest that are shown; all of them go to the clipboard.</extracomment>
        <translation>计算</translation>
    </message>
    <message>
        <source>Calculate the digest</source>
        <translation>计算摘要</translation>
    </message>
    <message>
        <source>Copy the digest</source>
        <translation>复制摘要</translation>
    </message>
    <message>
        <source>BLAKE3</source>
        <translation>BLAKE3</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Dimensions</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Modified</source>
        <translation>修改时间</translation>
    </message>
    <message>
        <source>Select a file to see what it looks like.</source>
        <translation>选择一个文件以查看其内容。</translation>
    </message>
    <message>
        <source>{items} selected</source>
        <translation>已选择 {items}</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Computers</source>
        <extracomment>Keys that open and close a section of the list.</extracomment>
        <translation>电脑</translation>
    </message>
    <message>
        <source>Connect…</source>
        <translation>连接…</translation>
    </message>
    <message>
        <source>“{name}” needs pairing before it takes files. Ask for a code there.</source>
        <translation>“{name}”需要先配对才能接收文件。请在那里索取配对码。</translation>
    </message>
    <message>
        <source>“{name}” shows another key, so nothing is sent to it. Ask its owner, then pair again.</source>
        <translation>“{name}”出示了另一个密钥，因此不会向它发送任何内容。请询问它的主人，然后重新配对。</translation>
    </message>
    <message>
        <source>The token for “{name}” lies in a locked keyring. Unlock it, then drop the files again.</source>
        <translation>“{name}”的令牌在已锁定的密钥环中。请解锁后再拖放文件。</translation>
    </message>
    <message>
        <source>“{name}” has another version of filexfer. Update the older one of both.</source>
        <translation>“{name}”的 filexfer 版本不同。请更新两者中较旧的一个。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Pair…</source>
        <translation>配对…</translation>
    </message>
    <message>
        <source>Manage…</source>
        <translation>管理…</translation>
    </message>
    <message>
        <source>Paired devices…</source>
        <translation>已配对的设备…</translation>
    </message>
    <message>
        <source>Forget…</source>
        <translation>忘记…</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>忘记</translation>
    </message>
    <message>
        <source>Forget “{name}”?</source>
        <translation>忘记“{name}”？</translation>
    </message>
    <message>
        <source>What pairing with it brought is thrown away too: to come back, it takes a new code from there.</source>
        <translation>与它的配对信息也会一并清除：再次连接需要从那里取得新的配对码。</translation>
    </message>
</context>
<context>
    <name>SortMenu</name>
    <message>
        <source>Sort by</source>
        <translation>排序方式</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Modified</source>
        <translation>修改时间</translation>
    </message>
    <message>
        <source>Descending</source>
        <translation>降序</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Back</source>
        <extracomment>How long typing in the filter must pause before it is asked for, in milliseconds. Pixels of the filter, and of a window in which it takes less.</extracomment>
        <translation>后退</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>前进</translation>
    </message>
    <message>
        <source>Folder above</source>
        <translation>上一级文件夹</translation>
    </message>
    <message>
        <source>Upload</source>
        <translation>上传</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>按名称筛选</translation>
    </message>
    <message>
        <source>Connect…</source>
        <translation>连接…</translation>
    </message>
</context>
<context>
    <name>Transfers</name>
    <message>
        <source>That computer sends and fetches nothing by itself just now.</source>
        <translation>那台电脑目前没有自己的发送或取回。</translation>
    </message>
    <message>
        <source>Files you send or fetch are listed here.</source>
        <translation>你发送或获取的文件会列在这里。</translation>
    </message>
    <message>
        <source>No transfer has a file of that name.</source>
        <extracomment>What is of use only on the computer that does the transfer.</extracomment>
        <translation>没有传输包含该名称的文件。</translation>
    </message>
</context>
<context>
    <name>TransfersHead</name>
    <message>
        <source>TRANSFERS</source>
        <extracomment>How long typing in the search must pause before it is asked for, and how soon after new transfers, in milliseconds. Most transfers that a search shows.</extracomment>
        <translation>传输</translation>
    </message>
    <message>
        <source>Try all that failed again</source>
        <translation>重试所有失败的</translation>
    </message>
    <message>
        <source>Speed limit</source>
        <translation>速度限制</translation>
    </message>
    <message>
        <source>More about transfers</source>
        <translation>更多传输选项</translation>
    </message>
    <message>
        <source>Remove what has ended from the list</source>
        <translation>从列表中移除已结束的传输</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search transfers by the names of files</source>
        <translation>按文件名搜索传输</translation>
    </message>
    <message>
        <source>Check by a receipt…</source>
        <translation>按回执核对…</translation>
    </message>
    <message>
        <source>limit {rate}</source>
        <translation>限速 {rate}</translation>
    </message>
    <message>
        <source>sleeps when finished</source>
        <translation>完成后睡眠</translation>
    </message>
</context>
<context>
    <name>TrashDialog</name>
    <message>
        <source>Trash of “{server}”</source>
        <translation>“{server}”的回收站</translation>
    </message>
    <message>
        <source>Put back</source>
        <translation>放回原处</translation>
    </message>
    <message>
        <source>Empty the trash…</source>
        <translation>清空回收站…</translation>
    </message>
    <message>
        <source>Looking into the trash…</source>
        <translation>正在查看回收站…</translation>
    </message>
    <message>
        <source>What lies in the trash</source>
        <translation>回收站中的内容</translation>
    </message>
    <message>
        <source>What is deleted or replaced here lies in it for a while, and can be put back.</source>
        <translation>这里删除或替换的内容会在其中保留一段时间，可以放回原处。</translation>
    </message>
    <message>
        <source>The trash is empty.</source>
        <translation>回收站是空的。</translation>
    </message>
    <message>
        <source>The trash cannot be looked into.</source>
        <translation>无法查看回收站。</translation>
    </message>
    <message>
        <source>“{name}” is in its place again.</source>
        <translation>“{name}”已放回原处。</translation>
    </message>
    <message>
        <source>“{name}” came back as “{new}”: its name is in use.</source>
        <translation>“{name}”以“{new}”的名称恢复：原名称已被占用。</translation>
    </message>
    <message>
        <source>Empty the trash</source>
        <translation>清空回收站</translation>
    </message>
    <message>
        <source>None of it can be brought back then, by nobody.</source>
        <translation>此后任何人都无法恢复其中的内容。</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>永久删除</translation>
    </message>
</context>
<context>
    <name>TrashModel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Where it was</source>
        <translation>原位置</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Deleted</source>
        <translation>删除时间</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Open filexfer</source>
        <translation>打开 filexfer</translation>
    </message>
    <message>
        <source>Preferences…</source>
        <translation>偏好设置…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Stop and quit</source>
        <translation>停止并退出</translation>
    </message>
</context>
<context>
    <name>Undo</name>
    <message>
        <source>“{name}” has changed since it was uploaded. It was left as it is.</source>
        <translation>“{name}”上传后有变化。保持原样。</translation>
    </message>
    <message numerus="yes">
        <source>%Ln of the uploaded files have changed since, “{name}” first. They were left as they are.</source>
        <translation>
            <numerusform>已上传的文件中有 %Ln 个之后有变化，首先是“{name}”。它们保持原样。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UndoBar</name>
    <message>
        <source>Undo</source>
        <extracomment>How long it stands, in milliseconds. Widest it is, and how far above the foot of its parent, in pixels: the words of a drop stand below it. In a low one, where it would lie over what stands in the middle, just above the line of figures at the foot.</extracomment>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Hide this message</source>
        <translation>隐藏此消息</translation>
    </message>
</context>
<context>
    <name>ViewChoice</name>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>As a list</source>
        <translation>列表视图</translation>
    </message>
    <message>
        <source>As pictures</source>
        <translation>缩略图视图</translation>
    </message>
    <message>
        <source>Details at the side</source>
        <translation>侧边详情</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Send to another computer</source>
        <extracomment>What a list of computers in a card takes more than the button that finds them.</extracomment>
        <translation>发送到另一台电脑</translation>
    </message>
    <message>
        <source>Connect to a computer that runs filexfer, then drag files and folders onto the window.</source>
        <translation>连接到运行 filexfer 的电脑，然后把文件和文件夹拖到窗口上。</translation>
    </message>
    <message>
        <source>Connect…</source>
        <translation>连接…</translation>
    </message>
    <message>
        <source>Let others reach this computer</source>
        <translation>让其他电脑访问这台电脑</translation>
    </message>
    <message>
        <source>Choose a folder and what others may do with it. Nothing is shared before you switch it on.</source>
        <translation>选择一个文件夹以及其他人的权限。在你打开之前不会共享任何内容。</translation>
    </message>
    <message>
        <source>Choose what to share</source>
        <translation>选择要共享的内容</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>The background service is not there; it is started again.</source>
        <translation>后台服务已停止，正在重新启动。</translation>
    </message>
    <message>
        <source>Another version of filexfer ({version}) works in the background. Start filexfer again when it is done.</source>
        <translation>后台运行着另一版本的 filexfer({version})。等它完成后请重新启动 filexfer。</translation>
    </message>
</context>
<context>
    <name>WindowDrops</name>
    <message>
        <source>Connect to a computer first, then drop files onto its folder</source>
        <translation>请先连接到一台电脑，再把文件拖放到它的文件夹</translation>
    </message>
    <message>
        <source>Drop to upload to “{place}” as soon as it is online</source>
        <translation>松开后，“{place}”上线时立即上传</translation>
    </message>
    <message>
        <source>Drop to upload to “{place}”</source>
        <translation>松开即可上传到“{place}”</translation>
    </message>
    <message>
        <source>Download it first, then upload it to “{place}”</source>
        <translation>请先下载，再上传到“{place}”</translation>
    </message>
    <message>
        <source>A folder cannot be moved into itself</source>
        <translation>不能把文件夹移入它自身</translation>
    </message>
    <message>
        <source>Move “{name}” to “{place}”</source>
        <translation>将“{name}”移到“{place}”</translation>
    </message>
    <message>
        <source>Files cannot go from one computer to another by themselves. Download them, then upload them there.</source>
        <translation>文件不能直接从一台电脑到另一台。请先下载，再上传到那里。</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message numerus="yes">
        <source>%Ln item(s)</source>
        <extracomment>Size of what hangs at the pointer, in pixels, and where the pointer is in it. What is dragged, or was last.</extracomment>
        <translation>
            <numerusform>%Ln 个项目</numerusform>
        </translation>
    </message>
    <message>
        <source>Files can be dropped only into folders of this computer. Drop them there, or use Download.</source>
        <translation>文件只能拖放到这台电脑的文件夹中。请拖放到那里，或使用“下载”。</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>从列表中移除</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Files…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Save a receipt…</source>
        <translation>保存回执…</translation>
    </message>
    <message>
        <source>Find out why</source>
        <translation>查明原因</translation>
    </message>
    <message numerus="yes">
        <source>%Ln running</source>
        <translation>
            <numerusform>%Ln 个正在进行</numerusform>
        </translation>
    </message>
    <message>
        <source>{size}/s</source>
        <extracomment>Bytes per second to choose from.</extracomment>
        <translation>{size}/秒</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>不限速</translation>
    </message>
    <message>
        <source>{n} B</source>
        <translation>{n} 字节</translation>
    </message>
    <message>
        <source>today {time}</source>
        <translation>今天 {time}</translation>
    </message>
    <message>
        <source>yesterday {time}</source>
        <translation>昨天 {time}</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>什么也不做</translation>
    </message>
    <message>
        <source>look and fetch</source>
        <translation>查看和获取</translation>
    </message>
    <message>
        <source>look, fetch, send and change</source>
        <translation>查看、获取、发送和更改</translation>
    </message>
    <message>
        <source>look, fetch, send, change and manage</source>
        <translation>查看、获取、发送、更改和管理</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} 秒</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} 分钟</translation>
    </message>
    <message>
        <source>{h} h {m} min</source>
        <translation>{h} 小时 {m} 分钟</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Uploading</source>
        <translation>正在上传</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Done · verified</source>
        <translation>完成 · 已校验</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Waiting for {server}</source>
        <translation>正在等待 {server}</translation>
    </message>
    <message numerus="yes">
        <source>Looking through %Ln file(s)</source>
        <translation>
            <numerusform>正在查看 %Ln 个文件</numerusform>
        </translation>
    </message>
    <message>
        <source>reading here</source>
        <translation>正在读取本机</translation>
    </message>
    <message>
        <source>waiting for the network</source>
        <translation>等待网络</translation>
    </message>
    <message>
        <source>waiting for their disk</source>
        <translation>等待对方磁盘</translation>
    </message>
    <message>
        <source>only check that all is well</source>
        <translation>仅查看运行是否正常</translation>
    </message>
    <message>
        <source>writing here</source>
        <translation>正在写入本机</translation>
    </message>
    <message>
        <source>at the speed limit</source>
        <translation>已达速度限制</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln 个项目</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s)</source>
        <translation>
            <numerusform>%Ln 个文件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln folder(s)</source>
        <translation>
            <numerusform>%Ln 个文件夹</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln skipped</source>
        <translation>
            <numerusform>跳过 %Ln 个</numerusform>
        </translation>
    </message>
    <message>
        <source>{n} of {total} not moved</source>
        <translation>{total} 个中有 {n} 个未传输</translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln items for good?</source>
        <translation>
            <numerusform>永久删除 %Ln 个项目？</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items were deleted for good.</source>
        <translation>
            <numerusform>%Ln 个项目已被永久删除。</numerusform>
        </translation>
    </message>
    <message>
        <source>“{name}” is in the trash now.</source>
        <extracomment>So many changes can be taken back.</extracomment>
        <translation>“{name}”已移到回收站。</translation>
    </message>
    <message>
        <source>“{name}” is called “{new}” now.</source>
        <translation>“{name}”现在名为“{new}”。</translation>
    </message>
    <message>
        <source>“{name}” is in “{place}” now.</source>
        <translation>“{name}”现在位于“{place}”。</translation>
    </message>
    <message>
        <source>“{name}” was created.</source>
        <translation>已创建“{name}”。</translation>
    </message>
    <message>
        <source>“{name}” was uploaded.</source>
        <translation>已上传“{name}”。</translation>
    </message>
    <message numerus="yes">
        <source>%Ln items were uploaded.</source>
        <translation>
            <numerusform>已上传 %Ln 个项目。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items are in the trash now.</source>
        <translation>
            <numerusform>%Ln 个项目已移到回收站。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items are in “{place}” now.</source>
        <translation>
            <numerusform>%Ln 个项目现在位于“{place}”。</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Undo deleting</source>
        <translation>撤销删除</translation>
    </message>
    <message>
        <source>Undo renaming</source>
        <translation>撤销重命名</translation>
    </message>
    <message>
        <source>Undo moving</source>
        <translation>撤销移动</translation>
    </message>
    <message>
        <source>Undo creating a folder</source>
        <translation>撤销新建文件夹</translation>
    </message>
    <message>
        <source>Undo uploading</source>
        <translation>撤销上传</translation>
    </message>
    <message>
        <source>“{name}” came back as “{new}”: its name is in use.</source>
        <translation>“{name}”以“{new}”的名称恢复：原名称已被占用。</translation>
    </message>
    <message numerus="yes">
        <source>%Ln items came back under other names: theirs are in use.</source>
        <translation>
            <numerusform>%Ln 个项目以其他名称恢复：原名称已被占用。</numerusform>
        </translation>
    </message>
    <message>
        <source>This cannot be taken back any more. What was deleted lies in the trash of its share.</source>
        <translation>已无法撤销。删除的内容在其共享的回收站中。</translation>
    </message>
    <message numerus="yes">
        <source>%Ln items were not taken back.</source>
        <translation>
            <numerusform>%Ln 个项目未能撤销。</numerusform>
        </translation>
    </message>
    <message>
        <source>“{name}” has changed since. It was left as it is.</source>
        <translation>“{name}”之后有变化。保持原样。</translation>
    </message>
    <message>
        <source>“{name}” is not empty any more. It was left as it is.</source>
        <translation>“{name}”已不再为空。保持原样。</translation>
    </message>
    <message>
        <source>The name “{old}” is in use again. “{name}” was left as it is.</source>
        <translation>名称“{old}”又被占用。“{name}”保持原样。</translation>
    </message>
    <message>
        <source>“{name}” is not there any more.</source>
        <translation>“{name}”已不在那里。</translation>
    </message>
    <message numerus="yes">
        <source>%Ln transfer(s) failed</source>
        <extracomment>What ends within this time is told together, in milliseconds.</extracomment>
        <translation>
            <numerusform>%Ln 个传输失败</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln transfer(s) done</source>
        <translation>
            <numerusform>%Ln 个传输完成</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Send %Ln file(s) and folder(s)</source>
        <translation>
            <numerusform>发送 %Ln 个文件和文件夹</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Move %Ln items to “{place}”</source>
        <translation>
            <numerusform>将 %Ln 个项目移到“{place}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items are in their places again, or beside what took their names.</source>
        <translation>
            <numerusform>%Ln 个项目已回到原处，或放在占用其名称的项目旁边。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln items of the trash for good?</source>
        <translation>
            <numerusform>永久删除回收站中的 %Ln 个项目？</numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total} done…</source>
        <extracomment>Milliseconds between two looks how it goes.</extracomment>
        <translation>已完成 {done} / {total}…</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从未</translation>
    </message>
    <message>
        <source>{name} and {n} more</source>
        <extracomment>The role under which a row&apos;s `Job` is handed out. What is dragged when a transfer is: its number. What the agent calls a job of several items (`client.specs.name`).</extracomment>
        <translation>{name} 及另外 {n} 项</translation>
    </message>
</context>
<context>
    <name>_Rows</name>
    <message>
        <source>New</source>
        <translation>新的</translation>
    </message>
    <message>
        <source>There already</source>
        <translation>已存在</translation>
    </message>
    <message>
        <source>There, but different</source>
        <translation>已存在但不同</translation>
    </message>
    <message>
        <source>Name taken by a folder or link</source>
        <translation>名称已被文件夹或链接占用</translation>
    </message>
    <message>
        <source>Cannot be sent: no such name there</source>
        <translation>无法发送：那里不允许此名称</translation>
    </message>
    <message>
        <source>Cannot be sent: not readable here</source>
        <translation>无法发送：此处不可读取</translation>
    </message>
    <message>
        <source>Not sent: links</source>
        <translation>不发送：链接</translation>
    </message>
    <message>
        <source>Not sent: pipes, devices and the like</source>
        <translation>不发送：管道、设备等</translation>
    </message>
</context>
</TS>
