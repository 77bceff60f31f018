# 人员、链接、个人账户。

people-confirm-title = 用密码确认
people-confirm-why = 此操作受保护。请再次输入密码；确认后即执行，数分钟内无需再次输入。
people-confirm-go-on = 确认并继续
