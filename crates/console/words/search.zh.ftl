search-title = 查找
search-help = 输入客户名称、合同标题的一部分，或编号。
search-none = 您可见的内容中没有“{ $asked }”。
search-palette = 前往
search-palette-help = ↑ ↓ 选择 · Enter 打开 · Esc 关闭

keys-title = 快捷键
keys-find = 查找
keys-help = 显示快捷键
keys-go = 前往菜单中的某一项：其序号
keys-close = 关闭已打开的内容
keys-done = 关闭
keys-or = 或
keys-then = 然后
