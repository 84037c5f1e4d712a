// A client of the provincial axis, in C# 7 with System.Net.Http and nothing else: .NET Framework 4.5 and later, Mono, .NET 5 and later.
// Tried: compiled with Mono 6.8 (mcs -r:System.Net.Http.dll), run with it and with .NET Core 3.1. Not tried: the compiler of the .NET SDK.
// JSON goes in and out as text, for whichever library your system has. 429 and 5xx may be tried again: the same packet sent twice is one.
using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Tasks;

/// <summary>What the axis refused: Answer is JSON with ErrorCode, ErrorDesc and ErrorDescEn.</summary>
public sealed class AxisException : Exception
{
    public AxisException(int status, string answer, TimeSpan? retryAfter) : base("HTTP " + status + ": " + answer)
    {
        Status = status;
        Answer = answer;
        RetryAfter = retryAfter;
    }

    public int Status { get; }
    public string Answer { get; }
    public TimeSpan? RetryAfter { get; }
}

public sealed class AxisClient : IDisposable
{
    // A redirect would carry the key to somebody else.
    private readonly HttpClient http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromMinutes(5) };

    public AxisClient(string url, string systemId, string key)
    {
        http.BaseAddress = new Uri(url.TrimEnd('/') + "/v1/");
        http.DefaultRequestHeaders.Add("X-SystemId", systemId);
        http.DefaultRequestHeaders.Add("X-SecretKey", key);
    }

    /// <summary>Any call with JSON: Call("getAgenciesList", "{}").</summary>
    public async Task<string> Call(string call, string json)
    {
        return Encoding.UTF8.GetString(await Post(call, Json(json)).ConfigureAwait(false));
    }

    /// <summary>Sends an edXML packet. A message id of your own, 8 to 100 letters, digits, '.', ':', '-' or '_', is not needed: the same bytes are the same packet.</summary>
    public async Task<string> Send(byte[] edxml, string messageId = "")
    {
        var packet = new ByteArrayContent(edxml);
        packet.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return Encoding.UTF8.GetString(await Post("sendEdoc", packet, messageId).ConfigureAwait(false));
    }

    /// <summary>The bytes of a packet; docId as getReceivedEdocList gave it.</summary>
    public Task<byte[]> Fetch(string docId)
    {
        return Post("getEdoc", Json("{\"docId\":\"" + docId + "\"}"));
    }

    public void Dispose()
    {
        http.Dispose();
    }

    private static HttpContent Json(string json)
    {
        return new StringContent(json, Encoding.UTF8, "application/json");
    }

    private async Task<byte[]> Post(string call, HttpContent content, string messageId = "")
    {
        using (var request = new HttpRequestMessage(HttpMethod.Post, call) { Content = content })
        {
            if (messageId != "") request.Headers.Add("X-Message-Id", messageId);
            using (var reply = await http.SendAsync(request).ConfigureAwait(false))
            {
                var answer = await reply.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
                if (reply.IsSuccessStatusCode) return answer;
                throw new AxisException((int)reply.StatusCode, Encoding.UTF8.GetString(answer), reply.Headers.RetryAfter?.Delta);
            }
        }
    }
}
