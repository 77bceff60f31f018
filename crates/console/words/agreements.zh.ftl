# 合同：文本、版本、变更、通知与编辑。

agreements-title = 合同
agreements-lead = { $count ->
    [0] 尚无合同。
   *[other] 共 { $count } 份合同。
  }
agreements-new = 发布合同
agreements-empty-title = 尚无合同
agreements-empty = 合同是一份 Markdown 文档：正文是双方约定的文字，旁边附有规则。发布之后，每一条款的实时情况便显示于此。
agreements-agreement = 合同
agreements-provider = 服务方
agreements-latest = 最新版本
agreements-held = 订阅数
agreements-promises = 本周期的承诺
agreements-more = 更多合同
agreements-crumbs = 当前位置
agreements-upstream = 供应方对我方的承诺
agreements-version = 版本 { $version }
agreements-version-word = 版本
agreements-subscriptions = { $count ->
    [0] 无订阅
   *[other] { $count } 个订阅
  }
agreements-broken = { $count } 项未达标
agreements-heading = { $count } 项趋于未达标
agreements-none-at-risk = 均无风险

agreements-tab-text = 正文
agreements-tab-versions = 版本
agreements-tab-comparison = 对比
agreements-tab-notices = 变更通知
agreements-tab-edit = 新版本

agreements-promised-by-to = { $provider } 对 { $customer } 的承诺。
agreements-promised-by = { $provider } 的承诺。
agreements-effective = 生效
agreements-effective-unsaid = 条文未写明日期
agreements-published = 发布
agreements-zone = 时区
agreements-amendment = 变更方式
agreements-amendment-mutual = 双方同意
agreements-amendment-mutual-means = 客户接受后，变更方可生效。
agreements-amendment-continued-use = 继续使用即同意
agreements-amendment-continued-use-means = 变更生效后继续使用服务即视为接受；生效前可以拒绝。
agreements-amendment-pinned = 至续订前不变
agreements-amendment-pinned-means = 续订之前适用原版本；未被拒绝的变更自续订起适用。
agreements-amendment-notice = 通知即可变更
agreements-amendment-notice-means = 变更自通知所载之日起适用，不能拒绝。
agreements-tile-held = { $count ->
    [0] 个订阅
   *[other] 个订阅
  }
agreements-under = { $count } 个适用版本 { $version }
agreements-tile-at-risk = { $count ->
    [0] 项承诺有风险
   *[other] 项承诺有风险
  }
agreements-tile-kept = { $count } 项正常
agreements-tile-due = 若周期此刻结束应付
agreements-tile-nothing = 无
agreements-tile-warnings = { $count ->
    [0] 条检查警告
   *[other] 条检查警告
  }
agreements-tile-notes = 另有 { $count } 条提示
agreements-text-choice = 正文语言
agreements-text-both = 两种语言
agreements-text-en = English
agreements-text-zh = 中文
agreements-contents = 条款目录
agreements-rules = 规则：{ $count } 行
agreements-examples = { $count } 个示例
agreements-acknowledged = 已确认
agreements-left-open = 条文有 { $count } 处未定
agreements-remarks = { $count } 条检查提示
agreements-beside = 实时情况：{ $clause }
agreements-worst = 目前最差
agreements-your-subscription = 您的订阅
agreements-stake = 若周期如此结束，应付 { $sum }
agreements-stake-open = { $count } 项补救待人工决定
agreements-nothing-promised = 仅测量，未作承诺
agreements-excluded = { $amount }不计入
agreements-excluded-for = { $amount }不计入（{ $count } 个客户）
agreements-without-data = { $count } 项承诺尚无数据
agreements-heard = 最近证据：{ $when }

agreements-versions-lead = 已发布的版本不再更改。各订阅适用对其有效的版本。
agreements-findings-word = 检查结果
agreements-findings = { $warnings ->
    [0] 无警告
   *[other] { $warnings } 条警告
  }，{ $notes ->
    [0] 无提示
   *[other] { $notes } 条提示
  }
agreements-acknowledged-count = 已确认 { $count } 项
agreements-file = 下载文本
agreements-annex-of = 附件 { $id } { $version }，用于 { $fact }
agreements-what-changed = 有何变更
agreements-by-upheld = Upheld 自动
agreements-by-token = 程序（凭令牌）
agreements-by-person = 某人

agreements-old = 自
agreements-new-version = 至
agreements-compare = 对比
agreements-one-version = 只有一个版本
agreements-one-version-means = 发布第二个版本后，这里会列出它的得失，每项变更附一个能看出差别的情形。
agreements-compared-worse = 有对客户不利的变更
agreements-compared-not-worse = 没有对客户不利的变更
agreements-compared-same = 实质内容没有变更
agreements-worse = { $count } 项不利变更
agreements-better = { $count } 项有利变更
agreements-different = { $count } 项表述不同
agreements-witness = 例如：
agreements-before = 原为
agreements-after = 现为
agreements-aspect-pays = 赔付
agreements-aspect-promises = 承诺
agreements-aspect-claims = 申请
agreements-aspect-excludes = 除外
agreements-aspect-plans = 套餐
agreements-aspect-rounds = 取整
agreements-aspect-cycle = 服务周期
agreements-aspect-measures = 测量
agreements-aspect-terms = 约定内容

agreements-notice = 通知
agreements-notices-none = 尚未公告任何变更。
agreements-notices-one-version = 目前只有一个版本：请先发布下一版本，再在此通知客户。
agreements-notice-title = 由版本 { $old } 变更为版本 { $new }
agreements-notice-effective = 生效时间
agreements-notice-effective-in = 生效时间（{ $zone }）
agreements-notice-sent = 发送
agreements-notice-withdrawn = 已于 { $when } 撤回；此前已接受的仍然有效。
agreements-deliveries = { $count ->
    [0] 不涉及任何订阅
   *[other] 涉及 { $count } 个订阅
  }
agreements-deliveries-none = 变更生效时没有订阅适用原版本。
agreements-delivery-state = 状态
agreements-delivery-when = 时间
agreements-delivery-sent = 已发送
agreements-delivery-new = 新
agreements-delivery-seen = 已查阅
agreements-delivery-accepted = 已接受
agreements-delivery-refused = 已拒绝
agreements-delivery-by-use = 以使用接受
agreements-delivery-applied = 依合同适用
agreements-delivery-withdrawn = 已撤回
agreements-delivery-seen-at = { $when } 查阅
agreements-delivery-sent-at = { $when } 发送
agreements-what-changes = 变更内容
agreements-notice-new = 公告变更
agreements-notice-new-means = 变更生效时适用原版本的每个订阅都会收到通知，并附经济对比。变更如何适用，依原版本自身的约定。
agreements-notice-from = 原版本
agreements-notice-to = 新版本
agreements-notice-text = 说明
agreements-notice-text-hint = 客户会在对比之前看到这段文字。
agreements-notice-send = 发送给所有相关客户
agreements-notice-withdraw = 撤回此通知
agreements-notice-withdraw-means = 尚未决定的客户继续适用原版本。已接受的仍然有效；不删除任何记录。

agreements-told-title = 合同与通知
agreements-told-lead = { $count ->
    [0] 没有待答复的通知。
   *[other] 有 { $count } 份通知待您答复。
  }
agreements-told-waiting = 待答复
agreements-told-none = 尚无合同。
agreements-told-before = 以往通知
agreements-told-before-none = 无。
agreements-subscription = 实时水平与结算单
agreements-suspended = 已暂停
agreements-ended = 已结束
agreements-no-end = 未定终止日
agreements-notice-said = 服务方的说明
agreements-read-new = 阅读新版本
agreements-notice-mark-seen = 我已查阅
agreements-notice-answer = 您的答复
agreements-notice-reason = 理由，记录在案（可不填）
agreements-notice-answer-means = 答复不可更改，并记入双方的记录。
agreements-notice-accept = 接受变更
agreements-notice-refuse = 拒绝变更

agreements-new-title = 新合同
agreements-new-lead = 正文供人阅读，规则供机器执行，示例证明二者一致。边写边检查。
agreements-edit-lead = 此为最新文本，版本号已顺延。边写边检查；发布后，以前的版本保持不变。
agreements-editor-text = 合同（Markdown）
agreements-editor-annexes = 附件：回执状态码的含义
agreements-editor-annexes-mean = 合同的每个大量事实可有一份附件（Markdown）。附件随文本发布，同样不再更改。
agreements-editor-annex = 附件 { $number }
agreements-editor-kind = 承诺方
agreements-editor-ours = 我方对客户
agreements-editor-upstream = 供应方对我方
agreements-editor-check = 检查
agreements-editor-publish = 发布
agreements-editor-publish-means = 已发布的版本不再更改；订阅或通知写明之前，没有客户适用它。
agreements-draft-name = { $title }：{ $id }，版本 { $version }
agreements-draft-ready = 可以发布
agreements-draft-open = { $count } 条警告待确认
agreements-draft-failed = { $count } 个示例结果不符
agreements-draft-errors = { $count } 处需修改
agreements-draft-mend = 需修改
agreements-draft-mend-annexes = 附件中需修改
agreements-draft-annex = 附件 { $number }，第 { $line } 行
agreements-draft-warnings = 警告
agreements-draft-warnings-mean = 请修改文本，或逐项确认；所确认的名称随版本记录在案。
agreements-draft-acknowledge = 确认
agreements-draft-notes = { $count } 条提示
agreements-draft-examples = { $all } 个示例中 { $passed } 个结果相符
agreements-draft-lines = 带行号的文本
agreements-draft-line = 第 { $line } 行
agreements-example-passed = 相符
agreements-example-failed = 不符
agreements-example-printed = 与所印示例不符
