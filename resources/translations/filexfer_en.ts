<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>FinishBar</name>
    <message numerus="yes">
        <source>All is finished. This computer goes to sleep in %Ln second(s).</source>
        <translation>
            <numerusform>All is finished. This computer goes to sleep in %Ln second.</numerusform>
            <numerusform>All is finished. This computer goes to sleep in %Ln seconds.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReceiptDialog</name>
    <message numerus="yes">
        <source>%Ln file(s) are the same here and there, byte for byte.</source>
        <translation>
            <numerusform>%Ln file is the same here and there, byte for byte.</numerusform>
            <numerusform>%Ln files are the same here and there, byte for byte.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) differ or are missing; they are named below.</source>
        <translation>
            <numerusform>%Ln file differs or is missing; it is named below.</numerusform>
            <numerusform>%Ln files differ or are missing; they are named below.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Undo</name>
    <message numerus="yes">
        <source>%Ln of the uploaded files have changed since, “{name}” first. They were left as they are.</source>
        <translation>
            <numerusform>%Ln of the uploaded files has changed since, “{name}” first. It was left as it is.</numerusform>
            <numerusform>%Ln of the uploaded files have changed since, “{name}” first. They were left as they are.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message numerus="yes">
        <source>%Ln item(s)</source>
        <extracomment>Size of what hangs at the pointer, in pixels, and where the pointer is in it. What is dragged, or was last.</extracomment>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln running</source>
        <translation>
            <numerusform>%Ln running</numerusform>
            <numerusform>%Ln running</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Looking through %Ln file(s)</source>
        <translation>
            <numerusform>Looking through %Ln file</numerusform>
            <numerusform>Looking through %Ln files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s)</source>
        <translation>
            <numerusform>%Ln file</numerusform>
            <numerusform>%Ln files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln folder(s)</source>
        <translation>
            <numerusform>%Ln folder</numerusform>
            <numerusform>%Ln folders</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln skipped</source>
        <translation>
            <numerusform>%Ln skipped</numerusform>
            <numerusform>%Ln skipped</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln items for good?</source>
        <translation>
            <numerusform>Delete %Ln item for good?</numerusform>
            <numerusform>Delete %Ln items for good?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items were deleted for good.</source>
        <translation>
            <numerusform>%Ln item was deleted for good.</numerusform>
            <numerusform>%Ln items were deleted for good.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items were uploaded.</source>
        <translation>
            <numerusform>%Ln item was uploaded.</numerusform>
            <numerusform>%Ln items were uploaded.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items are in the trash now.</source>
        <translation>
            <numerusform>%Ln item is in the trash now.</numerusform>
            <numerusform>%Ln items are in the trash now.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items are in “{place}” now.</source>
        <translation>
            <numerusform>%Ln item is in “{place}” now.</numerusform>
            <numerusform>%Ln items are in “{place}” now.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items came back under other names: theirs are in use.</source>
        <translation>
            <numerusform>%Ln item came back under another name: its own is in use.</numerusform>
            <numerusform>%Ln items came back under other names: theirs are in use.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items were not taken back.</source>
        <translation>
            <numerusform>%Ln item was not taken back.</numerusform>
            <numerusform>%Ln items were not taken back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln transfer(s) failed</source>
        <extracomment>What ends within this time is told together, in milliseconds.</extracomment>
        <translation>
            <numerusform>%Ln transfer failed</numerusform>
            <numerusform>%Ln transfers failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln transfer(s) done</source>
        <translation>
            <numerusform>%Ln transfer is done</numerusform>
            <numerusform>%Ln transfers are done</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Send %Ln file(s) and folder(s)</source>
        <translation>
            <numerusform>Send %Ln file or folder</numerusform>
            <numerusform>Send %Ln files and folders</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Move %Ln items to “{place}”</source>
        <translation>
            <numerusform>Move %Ln item to “{place}”</numerusform>
            <numerusform>Move %Ln items to “{place}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items are in their places again, or beside what took their names.</source>
        <translation>
            <numerusform>%Ln item is in its place again, or beside what took its name.</numerusform>
            <numerusform>%Ln items are in their places again, or beside what took their names.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln items of the trash for good?</source>
        <translation>
            <numerusform>Delete %Ln item of the trash for good?</numerusform>
            <numerusform>Delete %Ln items of the trash for good?</numerusform>
        </translation>
    </message>
</context>
</TS>
