# _*_ coding:utf-8 _*_

from xmlrpc.server import SimpleXMLRPCServer

# 调用函数
def respon_string(s: str) -> str:
    """返回带前缀的字符串"""
    return f"get string:{s}"

if __name__ == '__main__':
    # 初始化并监听端口
    server = SimpleXMLRPCServer(('localhost', 8888))
    # 注册函数：第一个为本地函数对象，第二个为对外暴露的名字
    server.register_function(respon_string, "get_string")
    print("Listening for Client")
    # 保持等待调用状态
    server.serve_forever()
