import supervisor.xmlrpc
import xmlrpc.client

# 注意：serverurl 要与 supervisor.conf 中保持一致
s = xmlrpc.client.ServerProxy(
    'http://127.0.0.1',
    transport=supervisor.xmlrpc.SupervisorTransport(
        None, None, serverurl='unix:///tmp/supervisor.sock')
)

# 可用方法示例
print(s.system.listMethods())
