# _*_ coding:utf-8 _*_

from xmlrpc.server import SimpleXMLRPCServer
from socketserver import ThreadingMixIn

class ThreadXMLRPCServer(ThreadingMixIn, SimpleXMLRPCServer):
    """支持多线程的 XML-RPC 服务器"""
    pass

# 调用函数1

def respon_string(s: str) -> str:
    return f"get string:{s}"

# 调用函数2

def add(x: int, y: int) -> int:
    return x + y

if __name__ == '__main__':
    server = ThreadXMLRPCServer(('localhost', 8888))
    server.register_function(respon_string, "get_string")
    server.register_function(add, 'add')
    print("Listening for Client")
    server.serve_forever()
