# 每页的框架。

skip = 跳到正文
menu = 菜单
more = 更多
sign-out = 退出
sign-in = 登录
language-other = English
theme = 外观
theme-auto = 跟随系统
theme-light = 浅色
theme-dark = 深色
density = 行距
density-compact = 紧凑
density-normal = 适中
density-roomy = 宽松
apply = 应用
search = 查找
search-hint = 客户、合同、申请……
signed-in-as = 当前登录：{ $name }（{ $role }）

nav-now = 当前
nav-agreements = 合同
nav-customers = 客户
nav-claims = 申请
nav-money = 款项
nav-runs = 批量结算
nav-attestations = 证明
nav-log = 审计日志
nav-jobs = 任务
nav-people = 人员
nav-settings = 设置
nav-home = 本周期
nav-statements = 结算单
nav-vouchers = 代金券
nav-notices = 合同与通知
nav-data = 我的数据

role-owner = 所有者
role-service-manager = 服务经理
role-finance = 财务
role-support = 客服
role-auditor = 审计员
role-authority = 主管机关
role-customer-admin = 管理员
role-customer-member = 成员

done-signed-out = 已退出登录。
done-saved = 已保存。
done-claimed = 申请已收到。
done-decided = 已作决定，并已记录在案。
done-published = 已发布。
done-sent = 已发送。
done-imported = 证据已收录。
done-closed = 周期已关闭，结算单已签封。
done-retried = 任务已重新运行。
done-started = 批量结算已开始。
done-removed = 已移除。
done-invited = 邀请已生成。
done-withdrawn = 已撤回。
done-linked = 已完成，请用密码登录。
done-announced = 维护窗口已公告。

refused-heading = 未能完成
state-unknown = 未知

claim-submitted = 已提交
claim-needs-information = 待客户补充
claim-under-review = 审核中
claim-accepted = 已认可
claim-part-accepted = 部分认可
claim-rejected = 已驳回
claim-appealed = 已申诉
claim-upheld-on-appeal = 申诉成立
claim-rejected-on-appeal = 申诉驳回
claim-withdrawn = 已撤回
claim-expired = 已过期
claim-settled = 已了结

error-not-found = 这里没有内容
error-not-found-help = 地址有误，或您无权查看；除此之外不作任何说明。
error-forbidden-help = 请向所有者申请相应角色，或请有权的人操作。
error-fault = 服务器内部发生故障
error-fault-help = 没有任何改动。凭以下编号，运维人员可在日志中找到原因：
error-home = 回到首页
me-title = 我的账户
