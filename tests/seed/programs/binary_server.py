# _*_ coding:utf-8 _*_

from xmlrpc.server import SimpleXMLRPCServer
from socketserver import ThreadingMixIn
import xmlrpc.client

class ThreadXMLRPCServer(ThreadingMixIn, SimpleXMLRPCServer):
    pass

# 供客户端下载文件

def image_get():
    with open("boy.jpg", 'rb') as handle:
        return xmlrpc.client.Binary(handle.read())

# 供客户端上传文件

def image_put(data):
    with open("get_girl.jpg", 'wb') as handle:
        # 注意：写入 Binary.data
        handle.write(data.data)

if __name__ == '__main__':
    server = ThreadXMLRPCServer(('localhost', 8888), allow_none=True)
    server.register_function(image_put, 'image_put')
    server.register_function(image_get, 'image_get')
    print("Listening for Client")
    server.serve_forever()
