from xmlrpc.client import ServerProxy
import xmlrpc.client

if __name__ == '__main__':
    server = ServerProxy("http://localhost:8888", allow_none=True)
    # 上传文件
    with open("girl.jpg", 'rb') as put_handle:
        server.image_put(xmlrpc.client.Binary(put_handle.read()))
    # 下载文件
    with open("get_boy.jpg", 'wb') as get_handle:
        get_handle.write(server.image_get().data)
