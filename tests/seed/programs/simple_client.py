# _*_ coding:utf-8 _*_

from xmlrpc.client import ServerProxy

if __name__ == '__main__':
    # 根据 URL 和端口初始化代理对象
    server = ServerProxy("http://localhost:8888")
    # 远程调用并传参
    print(server.get_string("cloudox"))
