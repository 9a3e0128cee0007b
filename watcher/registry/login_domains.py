"""Which hosts are a registry's own, so that its login may be sent there. No I/O.

These are the registry's own host and the hosts below it; its parent domain and the hosts below this domain,
where nobody else has a host there; and the hosts that are known for it. The last labels of a name do not tell
whose it is: `x.azurecr.io` and `y.azurecr.io` are two customers'. The public suffix list has few of the
domains that registries give to their customers, and costs 0.5 MB; so the domains that are known to be shared
stand here. A registry whose token server is further away, as one of a company may be, is refused the login,
in a line.
"""

import re

from watcher.model.hosts import host_of, is_address

# Registries whose token server is known to be elsewhere, by the ends of their names.
_KNOWN = {
    "scw.cloud": re.compile(r"api\.scaleway\.com"),
    "redhat.com": re.compile(r"sso\.redhat\.com"),
    "aliyuncs.com": re.compile(r"dockerauth(-[a-z0-9]+)?\.[a-z0-9-]+\.aliyuncs\.com"),
}
_SHORT = 3  # the `co` of `co.uk`, the `com` of `com.au`
# Below these, or below domains of these, each customer has hosts.
_CUSTOMERS = """
aliyuncs.com amazonaws.com amazonaws.com.cn azurecr.cn azurecr.io azurecr.us cloudsmith.io gcr.io icr.io
jetbrains.space jfrog.io myhuaweicloud.com ocir.io ovh.net pkg.dev scw.cloud tencentcloudcr.com
tencentyun.com vultrcr.com

amazonlightsail.com amplifyapp.com appspot.com awsapprunner.com azure-api.net azure.com azurecontainer.io
azurecontainerapps.io azureedge.net azurefd.net azurestaticapps.net azurewebsites.net back4app.io
cloudapp.net cloudfront.net cloudfunctions.net code.run deno.dev deno.net digitaloceanspaces.com
elasticbeanstalk.com firebaseapp.com fly.dev googleusercontent.com herokuapp.com hf.space koyeb.app
linode.com linodeobjects.com linodeusercontent.com netlify.app on.aws ondigitalocean.app onrender.com
openshiftapps.com oraclecloud.com oraclecloudapps.com pages.dev platform.sh platformsh.site railway.app
repl.co replit.app run.app supabase.co surge.sh trafficmanager.net vercel.app vultrusercontent.com web.app
windows.net workers.dev zeabur.app

bitbucket.io blogspot.com codeberg.page csb.app github.dev github.io githubpreview.dev
githubusercontent.com gitlab.io gitpod.io glitch.me myshopify.com webflow.io weebly.com wixsite.com
wordpress.com

contaboserver.net hstgr.cloud loca.lt localtunnel.me ngrok-free.app ngrok-free.dev ngrok.app ngrok.dev
ngrok.io nip.io serveo.net sslip.io traefik.me trycloudflare.com ts.net xip.io your-server.de

chickenkiller.com ddns.net dnshome.de duckdns.org dyndns.org dynu.net dynv6.net eu.org freeddns.org
goip.de hopto.org is-a.dev mooo.com myds.me myfritz.net myqnapcloud.com no-ip.org noip.me selfhost.eu spdns.de
synology.me sytes.net us.to zapto.org
"""
_SHARED = frozenset(_CUSTOMERS.split())


def is_of(registry: str, host: str) -> bool:
    """Whether a host is a registry's own, or of the domain that the registry is of.

    Args:
        registry: `host` or `host:port`.
        host: In lower case, without a port.
    """
    own, host = host_of(registry).rstrip("."), host.rstrip(".")
    if host and host == own:
        return True
    if not host or not own or is_address(own):
        return False
    parent = own.partition(".")[2]
    is_below = any(_is_in(host, domain) for domain in (own, parent) if _is_one_owners(domain))
    return is_below or any(_is_in(own, end) and known.fullmatch(host) for end, known in _KNOWN.items())


def _is_in(host: str, domain: str) -> bool:
    return f".{host}".endswith(f".{domain}")


def _is_one_owners(domain: str) -> bool:
    """Whether all hosts of a domain are those of one owner, as far as is known."""
    labels = domain.split(".")
    if len(labels) < 2 or _is_countrys(labels):  # noqa: PLR2004 - a name and a top-level domain
        return False
    return not any(_is_in(domain, shared) for shared in _SHARED)


def _is_countrys(labels: list[str]) -> bool:
    """Whether a domain looks like a country's public suffix."""
    return len(labels) == 2 and len(labels[1]) == 2 and len(labels[0]) <= _SHORT  # noqa: PLR2004
