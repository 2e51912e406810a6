# pip install xmlrpc_unix
from xmlrpc_unix import UnixServerProxy

def get_supervisor_status():
    supervisor_url = 'unix:///var/run/supervisor.sock'
    proxy = UnixServerProxy(supervisor_url)
    return proxy.supervisor.getAllProcessInfo()
