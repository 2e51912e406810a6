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
        <extracomment>How long the background process may take to end, in milliseconds.</extracomment>
        <translation>关闭 filexfer</translation>
    </message>
    <message>
        <source>This can go on in the background. What is stopped goes on where it was when filexfer is started again.</source>
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
        <source>Preferences…</source>
        <translation>偏好设置…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
</context>
<context>
    <name>DevicesDialog</name>
    <message>
        <source>Paired devices</source>
        <extracomment>How often they are asked for, in milliseconds.
----------
Whether the agent was asked and has not answered; whether what stands below the list is about the list itself.</extracomment>
        <translation>已配对的设备</translation>
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
        <source>Delete for good</source>
        <translation>永久删除</translation>
    </message>
    <message>
        <source>It does not go to the trash of “{server}”, and cannot be taken back.</source>
        <translation>它不会进入“{server}”的回收站，也无法撤销。</translation>
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
        <extracomment>Letters typed within this time belong to one word, in seconds.</extracomment>
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
        <extracomment>The role under which a row&apos;s `Job` is handed out. What is dragged when a transfer is: its number.</extracomment>
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
        <source>Copy path</source>
        <translation>复制路径</translation>
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
    <name>Servers</name>
    <message>
        <source>This computer</source>
        <extracomment>How often states are asked for, in milliseconds. Whether the agent has answered once.</extracomment>
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
        <extracomment>Widest the folder&apos;s path is shown, in pixels.</extracomment>
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
        <source>&amp;Start anyway</source>
        <translation>仍然开始(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Start and replace</source>
        <translation>开始并替换(&amp;S)</translation>
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
        <extracomment>How long typing in the filter must pause before it is asked for, in milliseconds.</extracomment>
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
        <source>Files you send or fetch are listed here.</source>
        <translation>你发送或获取的文件会列在这里。</translation>
    </message>
    <message>
        <source>No transfer has a file of that name.</source>
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
        <extracomment>How long it stands, in milliseconds. Widest it is, and how far above the foot of its parent, in pixels: the words of a drop stand below it.</extracomment>
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
        <source>%Ln entries</source>
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
        <source>Delete %Ln entries for good?</source>
        <translation>
            <numerusform>永久删除 %Ln 个项目？</numerusform>
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
        <source>%Ln entries are in the trash now.</source>
        <translation>
            <numerusform>%Ln 个项目已移到回收站。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln entries are in “{place}” now.</source>
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
        <source>%Ln entries were not taken back.</source>
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
        <source>Move %Ln entries to “{place}”</source>
        <translation>
            <numerusform>将 %Ln 个项目移到“{place}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln entries are in their places again, or beside what took their names.</source>
        <translation>
            <numerusform>%Ln 个项目已回到原处，或放在占用其名称的项目旁边。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln entries of the trash for good?</source>
        <translation>
            <numerusform>永久删除回收站中的 %Ln 个项目？</numerusform>
        </translation>
    </message>
    <message>
        <source>Devices paired with “{name}”</source>
        <translation>与“{name}”配对的设备</translation>
    </message>
</context>
<context>
    <name>self._owner</name>
    <message>
        <source>Files can be dropped only into folders of this computer. Drop them there, or use Download.</source>
        <translation>文件只能拖放到这台电脑的文件夹中。请拖放到那里，或使用“下载”。</translation>
    </message>
</context>
<context>
    <name>sheet</name>
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
<context>
    <name>words.Words</name>
    <message>
        <source>never</source>
        <translation>从未</translation>
    </message>
</context>
</TS>
