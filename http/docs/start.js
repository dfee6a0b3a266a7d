window.SwaggerUIBundle({ url: '/swagger/json', dom_id: '#documentation', deepLinking: true, validatorUrl: null })
