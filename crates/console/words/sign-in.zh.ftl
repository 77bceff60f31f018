sign-in-title = 登录
sign-in-email = 电子邮箱
sign-in-password = 密码
sign-in-code = 第二因素验证码
sign-in-code-hint = 验证器上的六位数字，或一个恢复码；未设置者留空。
sign-in-promise = 承诺了什么，做到了什么，欠了什么。
sign-in-status = 公开状态页
