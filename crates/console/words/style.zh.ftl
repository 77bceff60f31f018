style-title = 样式
style-lead = 页面的全部构件：仅在开发时提供。
