// Asks the browser for a passkey and sends the answer with the form that is on the page.

const form = document.querySelector("form[data-passkey]");

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function named(credentials) {
  return (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function made(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
  const found = await navigator.credentials.create({ publicKey });
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      attestationObject: text(found.response.attestationObject),
      clientDataJSON: text(found.response.clientDataJSON),
      transports: found.response.getTransports ? found.response.getTransports() : [],
    },
    extensions: JSON.stringify(found.getClientExtensionResults()),
  };
}

async function used(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: named(options.allowCredentials),
  };
  const found = await navigator.credentials.get({ publicKey });
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      authenticatorData: text(found.response.authenticatorData),
      clientDataJSON: text(found.response.clientDataJSON),
      signature: text(found.response.signature),
      userHandle: found.response.userHandle ? text(found.response.userHandle) : null,
    },
  };
}

async function ask() {
  const says = form.querySelector("[data-passkey-says]");
  if (!window.PublicKeyCredential) {
    says.textContent = "This browser does not know passkeys. Use another browser, or a password.";
    return;
  }
  says.textContent = "Waiting for your device.";
  try {
    const options = JSON.parse(form.dataset.options);
    const answer = form.dataset.passkey === "add" ? await made(options) : await used(options);
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  } catch (error) {
    says.textContent = error.name === "InvalidStateError"
      ? "This device holds a passkey for you already."
      : "Your device gave no passkey: it has none for this service, or you stopped it. Begin again, or use a password.";
  }
}

if (form) ask();
