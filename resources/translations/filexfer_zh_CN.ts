<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Breadcrumb</name>
    <message>
        <source>Folders further up</source>
        <extracomment>Widest a single part may be, in pixels; longer names are elided in the middle. The buttons, the server first; leading ones may be folded away.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A path on this server, or an address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Path or address</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Browser</name>
    <message>
        <source>The folder changed meanwhile. Select again, then repeat.</source>
        <extracomment>How often a listing that still grows is looked at again, in milliseconds. Most rows asked for at once when a large selection is collected. Row at the top of what is seen, kept by the view: the page around it is fetched first. Whether rows must stay where they are, because a name is edited or something is dragged over them. Whether what was asked for last is what is shown.</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ConnectDialog</name>
    <message>
        <source>Connect to another computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair with “{name}”</source>
        <extracomment>A code as it was typed, and as it is shown since: what is typed behind it may turn it into an address again. An address that turned out to need a code, which the second field asks for, and why it does.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Link or code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Link, code or address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as the computer calls itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What went wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Link or code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Link, code or address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Address of the other computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address of the other computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” shows another key than the one it was paired with, so nothing was sent to it. If its owner set it up anew, pair again. Otherwise somebody may be in between: ask its owner first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” does not know this computer yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A link or a code pairs this computer with the other one. An address opens one that it is paired with.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This link pairs this computer with {address}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You may {permission} there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No keyring works here, so your key to it lies in a file that only you can read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is paired.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DevicesDialog</name>
    <message>
        <source>Paired devices</source>
        <extracomment>How often they are asked for, in milliseconds.
----------
Whether the agent was asked and has not answered; whether what stands below the list is about the list itself.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Revoke…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share this computer&apos;s folder first, then pair a device.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair a device…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No device is paired with this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Revoke “{device}”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From its next request on it is turned away, and what it is sending breaks off. It can come back only by pairing.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DevicesModel</name>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>May</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last seen</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrorBar</name>
    <message>
        <source>Copy details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FileActions</name>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Upload files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Upload a folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download to last folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to a path or address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show hidden files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download to “{folder}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no folder to put this into yet. Connect to a computer, then drop it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only files and folders of this computer can be uploaded, not “{url}”. Save it here first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files to upload</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder to upload</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clipboard holds no files. Copy some in the file manager, then paste them here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FileChanges</name>
    <message>
        <source>New folder</source>
        <extracomment>Deletions that travel in one `system.multicall`.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the new folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Create</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete “{name}”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you delete goes to the trash of “{server}”.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FileDelegate</name>
    <message>
        <source>New name</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FileHeader</name>
    <message>
        <source>Columns</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FilePane</name>
    <message>
        <source>{size} free</source>
        <extracomment>A folder that opens within this time needs no word about it, in milliseconds.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening “{place}”…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing here is called “{text}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This folder is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop files and folders here to upload them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Upload files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{place}” cannot be opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” shows another key.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is not the one it was paired with, so nothing was sent to it. If its owner set it up anew, pair again. Otherwise somebody may be in between: ask its owner first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair again…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” needs pairing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It does not know this computer, or not any more. Ask for a code there, and type it here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{chosen} of {items} selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{items}, still counting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect to a computer first, then drop files onto its folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop to upload to “{place}”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FileView</name>
    <message>
        <source>Files</source>
        <extracomment>Letters typed within this time belong to one word, in seconds.</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>InviteHint</name>
    <message>
        <source>Copy the command {command}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>or choose “Pair a device…” in its window. It shows a code and a link.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On {computer} run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the other computer run</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobDetails</name>
    <message>
        <source>Files of “{title}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only what failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobFilesModel</name>
    <message>
        <source>waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>skipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobsModel</name>
    <message>
        <source>to {place}</source>
        <extracomment>The role under which a row&apos;s `Job` is handed out.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from {server} to {folder}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobsView</name>
    <message>
        <source>Transfers</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ListingModel</name>
    <message>
        <source>Name</source>
        <extracomment>Rows asked for at once, and pages kept.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Modified</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PairDialog</name>
    <message>
        <source>Pair a device</source>
        <extracomment>How long a button says that it has copied, in milliseconds.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the device may do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Link</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QR code of the link</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The device &amp;may</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the other device choose “Connect…”, and type this code:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With this address:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Or paste this link there, which says both:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This code is not valid any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no code.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For one device, valid for {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It may {permission}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{device}” is paired.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair another device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Servers</name>
    <message>
        <source>This computer</source>
        <extracomment>How often states are asked for, in milliseconds. Whether the agent has answered once.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this computer</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SharePanel</name>
    <message>
        <source>Share this folder</source>
        <extracomment>Widest the folder&apos;s path is shown, in pixels.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the shared folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair a device…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paired devices…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not shared: nobody else reaches this folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shared with paired devices, and nobody else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shared with everybody on the network, paired or not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none yet; the system may ask about the firewall</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What devices that are paired next may do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What guests may do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Devices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New devices may</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guests may</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch sharing on first: devices are paired over the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the address {address}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder to share</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SideDelegate</name>
    <message>
        <source>Pair</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SideModel</name>
    <message>
        <source>Sharing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not shared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>THIS COMPUTER</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SAVED</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>online</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>offline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>needs pairing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>key changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keyring locked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>offline since {time}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Computers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pair…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget “{name}”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What pairing with it brought is thrown away too: to come back, it takes a new code from there.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Back</source>
        <extracomment>How long typing in the filter must pause before it is asked for, in milliseconds.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Upload</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Transfers</name>
    <message>
        <source>TRANSFERS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove what has ended from the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files you send or fetch are listed here.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Send to another computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect to a computer that runs filexfer, then drag files and folders onto the window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let others reach this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder and what others may do with it. Nothing is shared before you switch it on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose what to share</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>The background service is not there; it is started again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another version of filexfer ({version}) works in the background. Start filexfer again when it is done.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message numerus="yes">
        <source>Delete %Ln entries?</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln running</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{size}/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>today {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yesterday {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>look and fetch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>look, fetch, send and change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>look, fetch, send, change and manage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{h} h {m} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Uploading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done · verified</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Looking through %Ln file(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>reading here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting for the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting for their disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln skipped</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{n} of {total} not moved</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>words.Words</name>
    <message>
        <source>never</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
